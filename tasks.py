"""The verbs: `invoke --list`, `invoke --help VERB`. They stand in verbs/, one family a file."""

from invoke.main import program as _invoke

from verbs.program import namespace as _namespace

if __name__ == "__main__":  # ./invokew: what is wrong with Invoke's own options is said as ours is
    _invoke.run()
else:
    namespace = _namespace()
