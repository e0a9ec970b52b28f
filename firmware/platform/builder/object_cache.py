"""Objects that several boards have in common are compiled once.

SCons's cache keys a file by its command, its sources and its own path. Each environment has a
folder of its own, so no two would ever share: here that folder is left out of command and path.
What differs in anything else, a flag or a header's contents, stays apart.
"""

from __future__ import annotations

from typing import Any

from SCons.CacheDir import CacheDir
from SCons.Util import hash_collect, hash_signature


class ObjectCache(CacheDir):
    """As SCons asks for it: one instance an environment, called by all of its threads."""

    def cachepath(self, node: Any) -> tuple[str | None, str | None]:
        """(folder, file) of the node's contents in the cache."""
        if self.is_enabled() and not hasattr(node, "cachesig"):
            own_dir = f"/{node.get_build_env().subst('$PIOENV')}/"
            command = node.get_executor().get_contents().replace(own_dir.encode(), b"/")
            sources = [child.get_csig() for child in node.children()]
            path = node.get_internal_path().replace(own_dir, "/")
            node.cachesig = hash_collect([*sources, hash_signature(command), path])
        folder, file = super().cachepath(node)
        return folder, file
