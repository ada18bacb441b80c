BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE artifacts (
	run INTEGER NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	path TEXT NOT NULL,
	title TEXT NOT NULL,
	size BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	plot JSON,
	seq BIGINT NOT NULL,
	PRIMARY KEY (run, name)
)
 WITHOUT ROWID
;
INSERT INTO "artifacts" VALUES(1,'curve','table','artifacts/curve.csv','Loss',23,'','{"form":"line","x":"step","y":["loss"]}',7);
CREATE TABLE datasets (
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	size BIGINT NOT NULL,
	mtime_ns BIGINT NOT NULL,
	options JSON NOT NULL,
	report JSON NOT NULL,
	added REAL NOT NULL,
	copied BOOLEAN NOT NULL,
	record TEXT NOT NULL,
	stamp TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "datasets" VALUES('MR','labelled-text','data/mr.tsv','9f2c',20,1,'{}','{}',2.0,0,'MR.dataset.json','1795492115425374165-138-5325490');
CREATE TABLE logs (
	run INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	t REAL NOT NULL,
	level TEXT NOT NULL,
	message TEXT NOT NULL,
	fields JSON NOT NULL,
	PRIMARY KEY (run, seq)
)
 WITHOUT ROWID
;
INSERT INTO "logs" VALUES(1,6,1790856006.0,'info','训练完成','{"epochs": 2}');
CREATE TABLE metric_names (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
INSERT INTO "metric_names" VALUES(1,'test/accuracy');
INSERT INTO "metric_names" VALUES(2,'train/loss');
CREATE TABLE metrics (
	run INTEGER NOT NULL,
	name INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	part INTEGER NOT NULL,
	step BIGINT,
	value REAL,
	t REAL NOT NULL,
	PRIMARY KEY (run, name, seq, part)
)
 WITHOUT ROWID
;
INSERT INTO "metrics" VALUES(1,1,5,1,NULL,0.75,1790856003.0);
INSERT INTO "metrics" VALUES(1,2,3,0,1,0.5,1790856002.0);
INSERT INTO "metrics" VALUES(1,2,3,1,2,NULL,1790856002.5);
INSERT INTO "metrics" VALUES(1,2,5,0,3,0.25,1790856003.0);
INSERT INTO "metrics" VALUES(2,2,2,0,1,0.75,1790942402.0);
CREATE TABLE run_inputs (
	run INTEGER NOT NULL,
	position INTEGER NOT NULL,
	role TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	options JSON NOT NULL,
	source JSON NOT NULL,
	PRIMARY KEY (run, position)
)
 WITHOUT ROWID
;
INSERT INTO "run_inputs" VALUES(1,0,'train','MR','labelled-text','data/mr.tsv','9f2c','{"encoding":"utf-8"}','{"dataset":"MR"}');
INSERT INTO "run_inputs" VALUES(2,0,'train','MR','labelled-text','data/mr.tsv','9f2c','{"encoding":"utf-8"}','{"dataset":"MR"}');
CREATE TABLE runs (
	id INTEGER NOT NULL,
	run_id TEXT NOT NULL,
	name TEXT NOT NULL,
	method TEXT NOT NULL,
	state TEXT NOT NULL,
	recorded TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	seed BIGINT NOT NULL,
	batch TEXT NOT NULL,
	"where" TEXT NOT NULL,
	serve BOOLEAN NOT NULL,
	settings JSON NOT NULL,
	request JSON NOT NULL,
	created REAL NOT NULL,
	started REAL,
	ended REAL,
	last_event REAL,
	phase TEXT NOT NULL,
	progress_done REAL,
	progress_total REAL,
	progress_unit TEXT NOT NULL,
	error JSON,
	cursor BIGINT NOT NULL,
	last_seq BIGINT NOT NULL,
	checkpoint TEXT NOT NULL,
	tags JSON NOT NULL,
	notes TEXT NOT NULL,
	trashed BOOLEAN NOT NULL,
	labels_stamp TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (run_id)
);
INSERT INTO "runs" VALUES(1,'20261001-120000-spiking-text-aaaaaa','first try','spiking.text','done','done',1,3,'','local',0,'{"spec_version":1,"epochs":2,"lr":0.001}','{"format":1,"method":"spiking.text","settings":{"spec_version":1,"epochs":2,"lr":0.001},"inputs":[{"role":"train","name":"MR","kind":"labelled-text","path":"data/mr.tsv","sha256":"9f2c","options":{"encoding":"utf-8"},"source":{"dataset":"MR"}}],"seed":3,"device":"cpu","cores":1,"where":"local","serve":false,"batch":"","versions":{"neurostudio":"0.1.0"},"machine":{"cores":2},"id":"20261001-120000-spiking-text-aaaaaa","name":"first try","created":1790856000.0}',1790856000.0,1790856001.0,1790856008.0,1790856008.0,'fit',1.0,2.0,'epoch',NULL,968,8,'epoch 1','[]','',0,'');
INSERT INTO "runs" VALUES(2,'20261002-120000-spiking-text-bbbbbb','second try','spiking.text','failed','failed',1,3,'','local',0,'{"spec_version":1,"epochs":2,"lr":0.001}','{"format":1,"method":"spiking.text","settings":{"spec_version":1,"epochs":2,"lr":0.001},"inputs":[{"role":"train","name":"MR","kind":"labelled-text","path":"data/mr.tsv","sha256":"9f2c","options":{"encoding":"utf-8"},"source":{"dataset":"MR"}}],"seed":3,"device":"cpu","cores":1,"where":"local","serve":false,"batch":"","versions":{"neurostudio":"0.1.0"},"machine":{"cores":2},"id":"20261002-120000-spiking-text-bbbbbb","name":"second try","created":1790942400.0}',1790942400.0,1790942401.0,1790942404.0,1790942404.0,'',NULL,NULL,'','{"what":"There was not enough memory","why":"","fix":"Use a smaller batch","traceback":"Traceback"}',439,4,'','["paper"]','too large',0,'1795492115425151817-90-5325486');
COMMIT;
