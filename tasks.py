"""The verbs: `invoke --list`, `invoke --help VERB`. They stand in verbs/, one family a file."""

from verbs.program import namespace as _namespace

namespace = _namespace()
