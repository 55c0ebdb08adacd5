"""The retriever in LlamaIndex's hands, and the indexed rows in its own."""

from pathlib import Path

from llama_index.core import VectorStoreIndex
from llama_index.vector_stores.chroma import ChromaVectorStore

from bot.bootstrap import bootstrap
from config.settings import load_settings
from index.library.schema import CollectionNames
from index.llama_index import SanadRetriever
from index.models.llama_embedding import E5Embedding
from index.readers.sources import article_from_text

TEXT = "The bridge was opened in 1932. It is painted grey. Every year ten painters work on it."


def test_llamaindex_retrieves_with_our_retriever_and_from_our_collection(tmp_path: Path) -> None:
    app = bootstrap(load_settings({"home": str(tmp_path)}))
    list(app.indexer.add([article_from_text(TEXT, source="bridge")]))
    found = SanadRetriever(app.retriever, k=2).retrieve("When was the bridge opened?")
    best = found[0].node
    assert best.get_content() == "The bridge was opened in 1932."
    assert TEXT[best.start_char_idx : best.end_char_idx] == best.get_content()  # type: ignore[attr-defined]
    assert [node.score for node in found] == sorted((node.score or 0 for node in found), reverse=True)

    with app.library.store.session() as session:
        collection = session.make(CollectionNames(app.library.settings.digest).sentences["en"])
        index = VectorStoreIndex.from_vector_store(ChromaVectorStore(chroma_collection=collection), E5Embedding())
        stock = index.as_retriever(similarity_top_k=1).retrieve("When was the bridge opened?")
    assert stock[0].node.get_content() == "The bridge was opened in 1932."
    assert stock[0].node.metadata["start"] == 0
    app.close()
