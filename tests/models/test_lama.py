"""LaMa: the published layer names, conversion without unpickling, and the backend on a tiny random checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stagekit.backends.erase import Lama  # noqa: E402
from stagekit.errors import BackendError, OptionError, WeightsError  # noqa: E402
from stagekit.models.lama import LamaGenerator, load, shape_of  # noqa: E402
from stagekit.models.lama_convert import convert, main  # noqa: E402
from stagekit.types import Image, Mask  # noqa: E402

TINY = {"width": 8, "downs": 3, "blocks": 2, "share": 0.75}

PUBLISHED = (
    # of big-lama's models/best.ckpt: name, shape
    ("model.1.ffc.convl2l.weight", (64, 4, 7, 7)),
    ("model.1.bn_l.running_mean", (64,)),
    ("model.2.ffc.convl2l.weight", (128, 64, 3, 3)),
    ("model.4.ffc.convl2g.weight", (384, 256, 3, 3)),
    ("model.5.conv1.ffc.convl2l.weight", (128, 128, 3, 3)),
    ("model.5.conv1.ffc.convg2l.weight", (128, 384, 3, 3)),
    ("model.5.conv1.ffc.convg2g.conv1.0.weight", (192, 384, 1, 1)),
    ("model.5.conv1.ffc.convg2g.conv1.1.running_var", (192,)),
    ("model.5.conv1.ffc.convg2g.fu.conv_layer.weight", (384, 384, 1, 1)),
    ("model.5.conv1.ffc.convg2g.fu.bn.weight", (384,)),
    ("model.22.conv2.ffc.convg2g.conv2.weight", (384, 192, 1, 1)),
    ("model.22.conv2.bn_g.bias", (384,)),
    ("model.24.weight", (512, 256, 3, 3)),
    ("model.25.weight", (256,)),
    ("model.30.bias", (64,)),
    ("model.34.weight", (3, 64, 7, 7)),
)


def tiny() -> LamaGenerator:
    torch.manual_seed(0)
    return LamaGenerator(**TINY).eval()


def published(network, folder, **more):
    """A checkpoint as Lightning wrote it: the generator under its prefix, a discriminator beside it, counters."""
    state = {f"generator.{k}": v for k, v in network.state_dict().items()}
    state["discriminator.model0.0.weight"] = torch.zeros(2)
    torch.save({"epoch": 39, "state_dict": state, **more}, folder / "best.ckpt")
    return folder / "best.ckpt"


def test_layers_are_named_and_shaped_as_published():
    with torch.device("meta"):
        state = LamaGenerator().state_dict()
    for name, shape in PUBLISHED:
        assert tuple(state[name].shape) == shape, name
    assert 50e6 < sum(v.numel() for v in state.values()) < 52e6
    assert shape_of(state) == {"width": 64, "downs": 3, "blocks": 18, "share": 0.75}


def test_a_published_checkpoint_converts_and_loads_to_the_same_network(tmp_path):
    network, out = tiny(), tmp_path / "big-lama.safetensors"
    assert convert(published(network, tmp_path), out) > 50
    again = load(tmp_path)  # a folder will do
    x = torch.rand(1, 4, 32, 40)
    with torch.inference_mode():
        assert torch.equal(network(x), again(x))
        assert network(x).shape == (1, 3, 32, 40)


class Callback:
    """Stands for the classes that Lightning pickles beside the weights."""


def test_a_checkpoint_that_would_run_code_is_refused_with_a_way_out(tmp_path, capsys):
    path = published(tiny(), tmp_path, callbacks=Callback())
    with pytest.raises(WeightsError, match=r"refused.*run code.*\['state_dict'\]"):
        convert(path, tmp_path / "out.safetensors")
    assert main([str(path), str(tmp_path / "out.safetensors")]) == 1
    assert "refused" in capsys.readouterr().err and not (tmp_path / "out.safetensors").exists()


def test_wrong_files_are_told_apart(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        convert(tmp_path / "none.ckpt", tmp_path / "out.safetensors")
    torch.save({"state_dict": {"encoder.weight": torch.zeros(3)}}, tmp_path / "other.ckpt")
    with pytest.raises(WeightsError, match="not LaMa's generator"):
        convert(tmp_path / "other.ckpt", tmp_path / "out.safetensors")
    with pytest.raises(WeightsError, match="ends so"):
        convert(published(tiny(), tmp_path), tmp_path / "out.bin")
    state = tiny().state_dict()
    del state["model.6.conv1.bn_g.weight"]
    torch.save(state, tmp_path / "short.ckpt")
    with pytest.raises(WeightsError, match=r"model\.6\.conv1\.bn_g\.weight"):
        convert(tmp_path / "short.ckpt", tmp_path / "out.safetensors")
    (tmp_path / "junk.safetensors").write_bytes(b"junk")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(tmp_path / "junk.safetensors")
    with pytest.raises(WeightsError, match=r"not at .*lama_convert"):
        load(tmp_path / "nowhere")


def test_the_backend_fills_the_hole_alone_at_any_size(tmp_path):
    convert(published(tiny(), tmp_path), tmp_path / "big-lama.safetensors")
    backend = Lama(weights=tmp_path, base=192, tile=192)
    photo = Image(np.random.default_rng(0).integers(0, 255, (210, 301, 3), dtype=np.uint8))
    hole = np.zeros((210, 301), bool)
    hole[40:190, 60:280] = True
    with pytest.raises(BackendError, match="open"):
        backend(photo, Mask(hole))
    filled = backend.open()(photo, Mask(hole)).array
    assert np.array_equal(filled[~hole], photo.array[~hole])
    assert (filled[hole] != photo.array[hole]).any(1).mean() > 0.9
    assert np.array_equal(backend(photo, Mask(hole)).array, filled)


@pytest.mark.parametrize("options", [{"base": 100}, {"tile": 4096}])
def test_bad_options_are_told_at_once(options):
    with pytest.raises(OptionError, match=next(iter(options))):
        Lama(**options)
