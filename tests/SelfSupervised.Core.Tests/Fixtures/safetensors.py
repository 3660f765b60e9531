"""Writes safetensors.json: a safetensors file as base64, made by Python's struct and json alone.

Run:  python3 safetensors.py        (beside this file; any Python 3)

The names are neither in the order of the data nor sorted, the header is padded with spaces, one name is no ASCII.
"""
import base64
import json
import pathlib
import struct

half, nan = struct.pack("<3e", 1.5, -2.0, 65504.0), bytes.fromhex("0100c07f" "efbeadff" "000080ff")
TENSORS = [
    ("weight", "F32", [2, 3], struct.pack("<6f", 0.5, -1.0, 2.0, 1e-40, 3.0e38, -0.0)),
    ("größe", "I64", [], struct.pack("<q", -(2**63))),
    ("nan", "F32", [3], nan),
    ("half", "F16", [3], half),
    ("brain", "BF16", [2], bytes.fromhex("803f" "20c0")),
    ("flags", "BOOL", [2, 2], bytes([1, 0, 0, 1])),
    ("empty", "F64", [0, 4], b""),
    ("bytes", "U8", [2], bytes([0, 255])),
]

header, offset = {"__metadata__": {"format": "pt", "note": "β"}}, 0
for name, dtype, shape, data in TENSORS:
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
    offset += len(data)
names = ["__metadata__"] + [name for name, *_ in reversed(TENSORS)]
text = json.dumps({name: header[name] for name in names}, ensure_ascii=False).encode() + b"   "
file = struct.pack("<Q", len(text)) + text + b"".join(data for *_, data in TENSORS)
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"base64": base64.b64encode(file).decode()}) + "\n")
