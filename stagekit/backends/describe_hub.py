"""Backends of ``Describe`` that look at the photo: ``blip``, ``florence-2``, ``smolvlm2``, ``qwen3-vl``.

They get the facts where their prompts have room for them, and write English prose. Caption, bullets and keywords stay
those of the facts; what the model claims against the facts or the law is dropped and reported.

Prompts are put together here, token by token as the models' own processors do: these need torchvision or num2words.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, ClassVar

from .. import registry
from ..errors import OptionError, WeightsError
from ..types import Brief, Description, Fact, Image, Layout, Placement, Room, Segments
from .hub import Checkpoint
from .tokens import tokenizer

SIDE = 1024
"""Long side in pixels of what chat models see: they make a token of each 32 px square, and a caption needs no more."""
WORTH = 40
"""Characters of checked prose below which the facts' own text is the better one."""


class Captioner(Checkpoint):
    """Base: facts, the model's words, the check. ``words``: at most so many tokens."""

    processor: ClassVar[str] = ""
    """transformers' class that prepares photos; empty: `prepare` does."""

    def __init__(self, *, weights: str | os.PathLike[str] | None = None, words: int = 160) -> None:
        super().__init__(weights=weights)
        if not 8 <= words <= 1024:
            raise OptionError(f"{self.name}: words must be 8 to 1024 tokens, got {words}; try 160")
        self.words = words
        self._tokens: Any = None
        self._pictures: Any = None

    def opened(self) -> None:
        self._tokens = tokenizer(self._folder, self.name)
        if self.processor:
            try:
                made = getattr(import_module("transformers"), self.processor)
                self._pictures = made.from_pretrained(self._folder, local_files_only=True)
            except ImportError as error:
                raise registry.need(error.name or "transformers", self.name) from error
            except (OSError, ValueError, TypeError) as error:
                raise WeightsError(
                    f"{self._folder} has no preprocessor_config.json of {self.name} ({error})"
                ) from error

    def close(self) -> None:
        self._tokens = self._pictures = None
        super().close()

    def __call__(
        self,
        image: Image,
        *,
        segments: Segments | None = None,
        layout: Layout | None = None,
        room: Room | None = None,
        placements: Sequence[Placement] | None = None,
        brief: Brief | None = None,
        seed: int = 0,
        tone: str = "neutral",
        language: str = "en",
    ) -> Description:
        """The facts with the model's words. Raises OptionError for a language that cannot be checked."""
        from ..listing.compose import describe
        from ..listing.facts import find_facts

        if language != "en":
            raise OptionError(
                f"{self.name}: claims can only be checked in English, got language {language!r}; facts.v1"
            )
        facts = find_facts(image, segments=segments, layout=layout, room=room, placements=placements, brief=brief)
        base = describe(facts, tone=tone, language=language, seed=seed, by=self.name)
        return finish(base, self.say(image, facts, tone))

    def say(self, image: Image, facts: Mapping[str, Fact], tone: str) -> str:
        """The model's words about the photo."""
        raise NotImplementedError

    def _picture(self, image: Image) -> Any:
        """The photo as a Pillow picture of at most SIDE pixels."""
        from PIL import Image as Pil

        picture = Pil.fromarray(image.array)
        picture.thumbnail((SIDE, SIDE), Pil.Resampling.LANCZOS)
        return picture

    def _generate(self, **inputs: Any) -> Any:
        """Greedy tokens: the same photo, the same words."""
        import torch

        with torch.inference_mode():
            return self.model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=self.words)

    def _id(self, token: str) -> int:
        found = self._tokens.convert_tokens_to_ids(token)
        if found is None or found == self._tokens.unk_token_id:
            raise WeightsError(f"the tokenizer of {self.name} in {self._folder} has no {token!r}; restore its files")
        return int(found)

    def _encoded(self, text: str) -> list[int]:
        return list(self._tokens(text, add_special_tokens=False)["input_ids"])

    def _row(self, ids: Sequence[int]) -> Any:
        import torch

        return torch.tensor([list(ids)], dtype=torch.long, device=self.device)


def finish(base: Description, said: str) -> Description:
    """``base`` with the model's prose where enough of it agrees with the facts."""
    from ..listing.claims import check_claims
    from ..listing.compose import phrases

    checked = check_claims(said, base.facts)
    if len(checked.text) < WORTH:
        why = "too little of the model's text agreed with the facts: this is the facts' own"
        return replace(base, dropped=checked.dropped, notes=(*base.notes, why))
    full = checked.text
    if base.get("staged"):
        told = phrases("en")["staged"]["all"][0]
        full += " " + told[:1].upper() + told[1:]
    return replace(base, full=full, dropped=checked.dropped)


def told(facts: Mapping[str, Fact]) -> str:
    """The sure facts as lines of a prompt."""
    rows = [f"- {n.replace('_', ' ')}: {f}" for n, f in facts.items() if f.sure]
    return "\n".join(rows) if rows else "- nothing was measured with certainty"


def request(facts: Mapping[str, Fact], tone: str) -> str:
    """What a chat model is asked for."""
    return (
        f"Describe this room for a property listing in two or three plain sentences, in a {tone} tone.\n"
        f"These facts were measured; do not contradict them:\n{told(facts)}\n"
        "Say only what the photo shows. No prices, sizes, places, years or praise, and nothing about who should live there."
    )


class Blip(Captioner):
    """BLIP (Li et al. 2022): one sentence, begun with the facts."""

    name = "blip"
    kind = "BlipForConditionalGeneration"

    def say(self, image: Image, facts: Mapping[str, Fact], tone: str) -> str:
        pixels = self.tensor(self.prepare(image.array).pixels)
        start = self._tokens(prefix(facts))["input_ids"]
        ids = self._row(start)
        made = self._generate(pixel_values=pixels, input_ids=ids, attention_mask=ids.new_ones(ids.shape))
        return str(self._tokens.decode(made[0], skip_special_tokens=True))


def prefix(facts: Mapping[str, Fact]) -> str:
    """The beginning that BLIP goes on with: its prompts are beginnings of a caption."""
    known = {n: f.value for n, f in facts.items() if f.sure}
    room = str(known.get("room", "room")).replace("_", " ")
    walls = f"{str(known['wall_colour']).replace('_', ' ')} walls and " if "wall_colour" in known else ""
    floor = f"a {known['floor_material']} floor" if "floor_material" in known else ""
    middle = f" with {walls}{floor}".removesuffix(" and ") if walls or floor else ""
    return f"a photo of a {room}{middle}, and"


class Florence2(Captioner):
    """Florence-2 (Xiao et al. 2024): a paragraph. It was trained on fixed prompts and takes no facts; its claims are
    checked like the others'."""

    name = "florence-2"
    kind = "Florence2ForConditionalGeneration"
    PROMPT = "Describe with a paragraph what is shown in the image."

    def say(self, image: Image, facts: Mapping[str, Fact], tone: str) -> str:
        import torch

        pixels = self.tensor(self.prepare(image.array).pixels)
        with torch.inference_mode():
            seen = self.model.get_image_features(pixel_values=pixels).pooler_output
        count = int(seen.reshape(-1, seen.shape[-1]).shape[0])
        t = self._tokens
        ids = [self.model.config.image_token_id] * count
        ids += [t.bos_token_id, *self._encoded(self.PROMPT), t.eos_token_id]
        row = self._row(ids)
        made = self._generate(pixel_values=pixels, input_ids=row, attention_mask=row.new_ones(row.shape))
        return str(t.decode(made[0], skip_special_tokens=True))


class SmolVlm2(Captioner):
    """SmolVLM 2 (Marafioti et al. 2025): a chat model that gets the facts."""

    name = "smolvlm2"
    kind = "SmolVLMForConditionalGeneration"
    processor = "SmolVLMImageProcessor"

    def say(self, image: Image, facts: Mapping[str, Fact], tone: str) -> str:
        seen = self._pictures(images=[[self._picture(image)]], return_row_col_info=True, return_tensors="pt")
        vision = self.model.config.vision_config
        count = (vision.image_size // vision.patch_size) ** 2 // self.model.config.scale_factor**2
        rows, columns = int(seen["rows"][0][0]), int(seen["cols"][0][0])
        fake, one = self._id("<fake_token_around_image>"), [self.model.config.image_token_id] * count
        ids = [self._id("<|im_start|>"), *self._encoded("User:")]
        for r in range(rows):
            for c in range(columns):
                ids += [fake, self._id(f"<row_{r + 1}_col_{c + 1}>"), *one]
            ids += self._encoded("\n")
        if rows:
            ids += self._encoded("\n")
        ids += [fake, self._id("<global-img>"), *one, fake]
        ids += [*self._encoded(request(facts, tone)), self._id("<end_of_utterance>"), *self._encoded("\nAssistant:")]
        row = self._row(ids)
        made = self._generate(
            pixel_values=seen["pixel_values"].to(self.device, self.model.dtype),
            pixel_attention_mask=seen["pixel_attention_mask"].to(self.device),
            input_ids=row,
            attention_mask=row.new_ones(row.shape),
        )
        return str(self._tokens.decode(made[0, len(ids) :], skip_special_tokens=True))


class Qwen3Vl(Captioner):
    """Qwen3-VL (2025): a chat model that gets the facts."""

    name = "qwen3-vl"
    kind = "Qwen3VLForConditionalGeneration"
    processor = "Qwen2VLImageProcessor"

    def say(self, image: Image, facts: Mapping[str, Fact], tone: str) -> str:
        seen = self._pictures(images=[self._picture(image)], return_tensors="pt")
        grid = seen["image_grid_thw"]
        count = int(grid[0].prod()) // self._pictures.merge_size**2
        pad = self.model.config.image_token_id
        start, end = self._id("<|im_start|>"), self._id("<|im_end|>")
        ids = [
            start,
            *self._encoded("user\n"),
            self._id("<|vision_start|>"),
            *[pad] * count,
            self._id("<|vision_end|>"),
        ]
        ids += [*self._encoded(request(facts, tone)), end, *self._encoded("\n"), start, *self._encoded("assistant\n")]
        row = self._row(ids)
        made = self._generate(
            pixel_values=seen["pixel_values"].to(self.device, self.model.dtype),
            image_grid_thw=grid.to(self.device),
            mm_token_type_ids=(row == pad).int(),
            input_ids=row,
            attention_mask=row.new_ones(row.shape),
        )
        return str(self._tokens.decode(made[0, len(ids) :], skip_special_tokens=True))
