"""Two small articles, questions on them, and the real encoders to put the one to the other."""

import numpy as np

from index.models.encoder import SentenceEncoder
from index.models.llama_embedding import E5Embedding
from index.models.words import WordEncoder
from index.retrieval.signals import EncodedQuestion, PreparedArticle, prepare, question_words
from index.text.passages import pack_passages
from index.text.search_form import language_of
from index.text.sentences import split_sentences
from index.types import Article, IndexedArticle

ENGLISH = (
    "The lighthouse of Ras Sarra stands on a cliff above the bay. It was designed by Clara Whitfield, an engineer from "
    "Leeds. Building began in 1874 and took six years. The tower is 41 metres high and has 203 steps. Its lamp was "
    "electrified in 1932. During the storm of 1951 the keeper rescued eleven sailors. Today the building is a museum "
    "of navigation, which some 30,000 people visit each summer."
)
ARABIC = (
    "تقع قرية وادي الزيتون على سفح جبل يطل على السهل. يزرع أهلها الزيتون والعنب منذ قرون. وفي عام 1963 "
    "افتتحت أول مدرسة في القرية. يبلغ عدد سكانها نحو ألفي نسمة. ويقام فيها كل خريف مهرجان للعسل. وقد زارها الشاعر كمال النحاس "
    "وكتب عنها قصيدته الأشهر."
)
ON_THE_LIGHTHOUSE = [
    ("Who designed the lighthouse?", 1),
    ("How high is the tower?", 3),
    ("What is the building used for now?", 6),
    ("من صمم المنارة؟", 1),
    ("كم يبلغ ارتفاع البرج؟", 3),
    ("كم بحارا أنقذ الحارس؟", 5),
]
ON_THE_VILLAGE = [
    ("متى افتتحت أول مدرسة في القرية؟", 2),
    ("كم عدد سكان القرية؟", 3),
    ("When was the first school opened?", 2),
    ("Which poet visited the village?", 5),
]


class Bench:
    """Encoders and what is made with them; `second` turns the second encoder on."""

    def __init__(self, *, second: bool) -> None:
        self._main = E5Embedding()
        self._second = SentenceEncoder() if second else None
        self._words = WordEncoder(self._second.encode) if self._second else None

    def article(self, text: str) -> PreparedArticle:
        article = Article(f"{len(text):012x}", "t", "s", text, language_of(text))
        sentences = split_sentences(article)
        passages = pack_passages(sentences, article, budget=64)
        texts = [sentence.text for sentence in sentences] + [passage.text for passage in passages]
        vectors = np.array(self._main.get_text_embedding_batch(texts), np.float32)
        second = self._second.encode(texts[: len(sentences)]) if self._second else None
        indexed = IndexedArticle(
            article, sentences, passages, vectors[: len(sentences)], vectors[len(sentences) :], second
        )
        return prepare(indexed, self._words)

    def question(self, text: str) -> EncodedQuestion:
        main = np.array(self._main.get_query_embedding(text), np.float32)
        if not self._second:
            return EncodedQuestion(text, language_of(text), main)
        vectors = self._second.encode([text, *question_words(text)])
        return EncodedQuestion(text, language_of(text), main, vectors[0], vectors[1:])
