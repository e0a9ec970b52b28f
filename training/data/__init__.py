"""In: images of the user or of MNIST. Out: data.json and the two splits of a build folder."""
