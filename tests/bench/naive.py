"""The chain that most people would write first: a recursive splitter, one vector store, the nearest five."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_text_splitters import RecursiveCharacterTextSplitter

from retrieval.embedding import BundledEmbedder, Encoder, LangChainEmbeddings
from retrieval.models import Document

NEAREST = 5
_AT_ONCE = 512


class NaiveChain:
    """Bare retrieval over 1,000 characters with 200 of overlap, with the same embeddings as ours."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.embeddings = LangChainEmbeddings(BundledEmbedder(encoder))
        self._store = Chroma("naive", self.embeddings, persist_directory=str(folder))

    def add(self, documents: Sequence[Document]) -> None:
        chunks = split(documents)
        for start in range(0, len(chunks), _AT_ONCE):
            self._store.add_texts(chunks[start : start + _AT_ONCE])

    def retrieve(self, question: str) -> list[str]:
        """The texts of the nearest chunks."""
        return [found.page_content for found in self._store.similarity_search(question, k=NEAREST)]


def split(documents: Sequence[Document]) -> list[str]:
    """The documents' chunks."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1_000, chunk_overlap=200)
    return [chunk for document in documents for chunk in splitter.split_text(document.text)]
