"""Makes the sample photos in public/samples/, and tests/fixtures/samples.json: what PyTorch sees in them.

    pip install torch torchvision pillow scikit-image
    python examples/make_samples.py FOLDER/squeezenet1_1.pth public/samples

The photos are those in the PyPI package scikit-image whose documentation says that they are in the public domain (see
the docstrings in its skimage/data/_fetchers.py, quoted below); none is fetched from elsewhere. They are saved as JPEG
without metadata and without subsampling of colours: decoders then differ by little more than rounding.

The expected top-5 is that of torchvision's SqueezeNet 1.1 with the weights of examples/make_squeezenet.py, rounded to
half precision as they are in public/weights/, computed in float32.
"""
import json
import sys
from pathlib import Path

import PIL
import skimage
import torch
import torchvision
from PIL import Image, ImageOps
from torchvision import transforms

SIDE = 512
QUALITY = 88
THUMBNAIL = 128
LARGEST = 90_000

# Cut out, as left, upper, right, lower: nearly all, but so that no two guesses are as good as equal.
CROPS = {"chelsea.png": (12, 0, 422, 292), "rocket.jpg": (144, 32, 630, 421)}
# Name in scikit-image, title, licence, source.
PHOTOS = [
    ("chelsea.png", "Chelsea the cat", "CC0-1.0", "Stefan van der Walt, cropped"),
    ("coffee.png", "A cup of coffee", "CC0-1.0", "Rachel Michetti, courtesy of Pikolo Espresso Bar"),
    (
        "rocket.jpg",
        "A Falcon 9 before the launch of DSCOVR",
        "public domain, released by SpaceX",
        "SpaceX, https://www.flickr.com/photos/spacexphotos/16511594820, cropped",
    ),
    ("camera.png", "A photographer and his tripod", "CC0-1.0", "Lav Varshney"),
    (
        "astronaut.png",
        "The astronaut Eileen Collins",
        "public domain, released by NASA",
        "NASA, Great Images database, https://flic.kr/p/r9qvLn",
    ),
]

PREPROCESS = transforms.Compose([
    transforms.Resize(256),
    transforms.CenterCrop(224),
    transforms.ToTensor(),
    transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])


def network(weights):
    net = torchvision.models.squeezenet1_1()
    net.load_state_dict({name: values.half().float() for name, values in torch.load(weights).items()})
    return net.eval()


def save(name, folder):
    """The photo as JPEG; its shorter side is SIDE, or what it was where that is less."""
    photo = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
    photo = photo.crop(CROPS.get(name, (0, 0, *photo.size)))
    scale = min(1, SIDE / min(photo.size))
    # A fresh picture: whatever the original had beside its pixels stays behind.
    clean = Image.new("RGB", photo.size)
    clean.paste(photo)
    clean = clean.resize([round(side * scale) for side in photo.size], Image.Resampling.LANCZOS)
    path = folder / Path(name).with_suffix(".jpg")
    clean.save(path, quality=QUALITY, subsampling=0, optimize=True)
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path} has {path.stat().st_size} bytes")
    return path


def main():
    weights, folder = (Path(argument) for argument in sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    net = network(weights)
    names = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.meta["categories"]
    photos = []
    for name, title, licence, source in PHOTOS:
        path = save(name, folder)
        photo = Image.open(path)
        # What the page shows to choose from: all of them together weigh less than one photo.
        small = folder.parent / "thumbnails" / path.name
        small.parent.mkdir(exist_ok=True)
        ImageOps.fit(photo, (THUMBNAIL, THUMBNAIL)).save(small, quality=80, optimize=True)
        with torch.no_grad():
            best = net(PREPROCESS(photo)[None]).softmax(1)[0].topk(5)
        top5 = [
            {"class": index, "name": names[index], "probability": float(f"{p:.6g}")}
            for index, p in zip(best.indices.tolist(), best.values.tolist())
        ]
        photos.append({
            "file": path.name,
            "title": title,
            "licence": licence,
            "source": f"{source}; in the PyPI package scikit-image {skimage.__version__}",
            "width": photo.width,
            "height": photo.height,
            "top5": top5,
        })
        print(path, path.stat().st_size, [(entry["name"], round(entry["probability"], 3)) for entry in top5])
    fixture = {
        "made_by": "examples/make_samples.py",
        "torch": torch.__version__.split("+")[0],
        "torchvision": torchvision.__version__.split("+")[0],
        "pillow": PIL.__version__,
        "photos": photos,
    }
    fixtures = Path(__file__).parent.parent / "tests/fixtures"
    text = json.dumps(fixture, indent=1, ensure_ascii=False)
    (fixtures / "samples.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
