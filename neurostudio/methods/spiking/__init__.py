"""Spiking networks: text classification by conversion and fine-tuning."""

from neurostudio.core.method import InputRole, Method, MetricInfo, Output, Paper, Resources

SPIKING_TEXT = Method(
    id="spiking.text",
    title="Spiking text classification",
    summary="Trains a text CNN on labelled sentences, converts it to a spiking network and fine-tunes that.",
    spec="neurostudio.methods.spiking.specs:SpikingTextSpec",
    run="neurostudio.methods.spiking.text:run",
    estimate="neurostudio.methods.spiking.specs:estimate",
    session="neurostudio.methods.spiking.session:TextSession",
    session_inputs=("model",),
    papers=(
        Paper(
            "Lv, C., Xu, J., Zheng, X.",
            "Spiking convolutional neural networks for text classification",
            "International Conference on Learning Representations",
            2023,
            "https://arxiv.org/abs/2406.19230",
        ),
    ),
    inputs=(
        InputRole(
            "train", ("labelled-text",), "Labelled sentences to learn from; validation and test are split off where not given."
        ),
        InputRole("test", ("labelled-text",), "Labelled sentences to test on.", required=False),
        InputRole("validation", ("labelled-text",), "Labelled sentences to choose the epoch on.", required=False),
        InputRole("vectors", ("word-vectors",), "Word vectors (GloVe or word2vec text), for vectors.kind=file.", required=False),
        InputRole(
            "model",
            ("weights",),
            "The 'ann' output of an earlier run: its network, words and vectors are used, and training it is skipped. "
            "For a live session: the 'snn' output.",
            required=False,
        ),
    ),
    outputs=(
        Output("accuracy-by-time", "table", "Accuracy after t = 1 ... T steps, converted and fine-tuned."),
        Output("accuracy-by-steps", "table", "Accuracy of the converted network, and its agreement with the ANN, against T."),
        Output("confusion", "table", "Confusion matrix of the fine-tuned network on the test sentences."),
        Output("classes", "table", "Precision, recall and F1 of each class."),
        Output("energy", "table", "Energy of one sentence by layer and kind of operation, ANN and SNN, simple formula."),
        Output("energy-with-memory", "table", "The same with memory traffic, beside a quantised ANN."),
        Output("firing-rates", "array", "Firing rate of each neuron, by layer."),
        Output("neurons", "table", "Silent and saturated neurons by layer."),
        Output("robustness", "table", "Accuracy under each attack, ANN and SNN.", "robustness"),
        Output("explanation-N", "table", "Each word of sentence N and how much it spoke for the class.", "explain"),
        Output("decision-N", "array", "Class scores of sentence N over time.", "explain"),
        Output("spikes-N", "spikes", "Every spike and membrane of sentence N.", "explain"),
        Output("filters-N", "table", "The filters that fired for sentence N, with words and spike times.", "explain"),
        Output("filter-ngrams", "table", "The word sequences that make each filter fire most."),
        Output("predictions", "table", "Each test sentence with its label and what the networks said."),
        Output("unknown-words", "table", "Words of the test sentences that the network does not know."),
        Output("thresholds", "table", "Balanced thresholds by layer, and the share of activations above them."),
        Output("energy-constants", "table", "The constants of the energy estimate and where they come from."),
        Output("attack-log", "text", "Every attacked sentence, before and after.", "robustness"),
        Output("snn", "weights", "The fine-tuned spiking network with its words, for plain PyTorch; NIR where it is exact."),
        Output("ann", "weights", "The ordinary network with its words and vectors."),
        Output("model-card", "model-card", "What the network is, how well it does, and how to load it."),
    ),
    metrics=(
        MetricInfo("test/accuracy", "Accuracy of the fine-tuned spiking network, mean over encoder seeds"),
        MetricInfo("ann/accuracy", "Accuracy of the ordinary network on the test sentences"),
        MetricInfo("energy/snn_millijoule", "Energy of one sentence in the spiking network, estimate", "mJ", "lower"),
        MetricInfo("energy/ann_millijoule", "Energy of one sentence in the ordinary network, estimate", "mJ", "lower"),
        MetricInfo("converted/accuracy", "Accuracy of the converted network before fine-tuning, mean over encoder seeds"),
        MetricInfo("converted/agreement", "Share of test sentences where the converted network says what the ANN says"),
        MetricInfo("test/accuracy_std", "Standard deviation of that accuracy over encoder seeds", better="lower"),
        MetricInfo("test/accuracy_int8", "The same with weights rounded to 8 bits"),
        MetricInfo("test/f1_macro", "Mean F1 over the classes"),
        MetricInfo("energy/input_rate", "Share of input elements that spike in one step", "", "lower"),
        MetricInfo("train/loss", "Training loss of the ordinary network", "", "lower"),
        MetricInfo("validation/accuracy", "Validation accuracy of the ordinary network after each epoch"),
        MetricInfo("finetune/loss", "Training loss of the spiking network", "", "lower"),
        MetricInfo("finetune/validation_accuracy", "Validation accuracy of the spiking network after each epoch"),
        MetricInfo("neurons/silent", "Share of neurons that never fire on the test sentences", "", "lower"),
        MetricInfo(
            "neurons/saturated", "Of the neurons that fire for a sentence, the share that fires in each step", "", "lower"
        ),
        MetricInfo("data/unknown_words", "Share of test words that the vocabulary lacks", "", "lower"),
        MetricInfo("data/cut_words", "Share of words beyond the sentence length", "", "lower"),
        MetricInfo("data/shared_sentences", "Test sentences that also stand in the training set", "", "lower"),
        MetricInfo("robustness/ann_accuracy", "Accuracy of the ANN under the strongest attack"),
        MetricInfo("robustness/snn_accuracy", "Accuracy of the SNN under the strongest attack, fresh encoder seeds"),
    ),
    resources=Resources(cores=2, memory_gb=1.5),
    packages=("torch", "safetensors", "nir", "rjieba"),
    extra="spiking",
    description=(
        "Words become vectors, shifted into firing rates between 0 and 1. A text CNN with average pooling and without biases "
        "(*tailored* so that it can spike) is trained first. Its weights are then copied into a network of integrate-and-fire "
        "neurons whose thresholds are balanced on training sentences, and that network is fine-tuned with surrogate gradients.\n\n"
        "Sentences enter as Bernoulli spikes with the words' rates, or directly as a constant current. Class scores are read "
        "from accumulators that sum the weighted spikes over time, so the decision can be watched as it forms."
    ),
)

METHODS = (SPIKING_TEXT,)
