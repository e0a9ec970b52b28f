"""In: the verbs, the boards' facts, docs/. Out: pages that code writes, the site of them."""
