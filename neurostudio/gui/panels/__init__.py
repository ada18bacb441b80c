"""The pages in the centre: each is a presenter without Qt and a page that shows what it tells."""
