"""The ground floor: specifications, methods, events, kinds and errors. Knows no other room."""
