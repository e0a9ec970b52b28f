"""In: a model and what its build folder knows. Out: a folder that another project takes."""
