"""The software bill of materials: CycloneDX 1.5 as JSON (ECMA-424), by its specification.

No time and no random number is in it: its serial number is made of what it lists.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from codegen.export.request import Request
from codegen.model.tflite import Model

_LICENSE = [{"license": {"id": "Apache-2.0"}}]
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: of URLs


def text(request: Request, model: Model, version: str, sources: Mapping[str, bytes]) -> bytes:
    """sources: what is compiled, by path in the export."""
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{hashlib.sha256(sources[name]).hexdigest()}\n".encode())
    own = f"{request.name}@{model.sha256[:16]}"
    runtime = {
        "type": "library",
        "bom-ref": "runtime",
        "name": "mcuforge-runtime",
        "version": version,
        "description": "int8 kernels and the engine that calls them, as sources in this export",
        "licenses": _LICENSE,
        "hashes": [{"alg": "SHA-256", "content": digest.hexdigest()}],
    }
    weights = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": request.name,
        "version": model.sha256[:16],
        "hashes": [{"alg": "SHA-256", "content": model.sha256}],
    }
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, own + digest.hexdigest())}",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [{"type": "application", "name": "mcuforge", "version": version}]
            },
            "component": {
                "type": "library",
                "bom-ref": "export",
                "name": request.name,
                "version": version,
                "licenses": _LICENSE,
            },
        },
        "components": [runtime, weights],
        "dependencies": [
            {"ref": "export", "dependsOn": ["model", "runtime"]},
            {"ref": "model"},
            {"ref": "runtime"},
        ],
    }
    return (json.dumps(document, indent=1) + "\n").encode()
