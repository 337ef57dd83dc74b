"""Runs an exported PyTorch script on the repository's own MNIST and compares what it measures with what the page said.

    pip install torch numpy pillow safetensors
    python tests/parity/lenet5/check_export.py EXPORTED.py --expect 98.41

EXPORTED.py lies beside its safetensors file, both as the page exported them. `--expect` is the test accuracy in
percent that the page showed; the two may differ by two of the 10,000 pictures, because sums are rounded in another order.
"""
import argparse
import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MNIST = Path(__file__).parents[3] / "public/datasets/mnist"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("script", type=Path)
    arguments.add_argument("--expect", type=float, help="test accuracy in percent")
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        originals(Path(folder))
        done = subprocess.run([sys.executable, arguments.script, folder], capture_output=True, text=True)
    print(done.stdout + done.stderr, end="")
    found = re.search(r"Test accuracy: ([\d.]+) %", done.stdout)
    if done.returncode != 0 or not found:
        raise SystemExit("the exported script failed")
    if arguments.expect is not None and abs(float(found[1]) - arguments.expect) > 0.021:
        raise SystemExit(f"the page said {arguments.expect} %")


def originals(folder):
    """The two original test files, put together from the shards."""
    shards = [gzip.decompress(path.read_bytes()) for path in sorted(MNIST.glob("test-images-*.idx.gzip"))]
    count = sum(int.from_bytes(shard[4:8], "big") for shard in shards)
    images = shards[0][:4] + count.to_bytes(4, "big") + shards[0][8:16] + b"".join(shard[16:] for shard in shards)
    (folder / "t10k-images-idx3-ubyte").write_bytes(images)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(gzip.decompress((MNIST / "test-labels.idx.gzip").read_bytes()))


if __name__ == "__main__":
    main()
