"""In: recurrent layers over many steps. Out: an op for an LSTM, a loop for any other."""
