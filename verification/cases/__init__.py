"""In: a seeded random generator. Out: small valid models of every op, with inputs."""
