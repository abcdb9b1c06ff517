"""The search as LangChain's retriever, for chains of one's own."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.service import Retrieval


class LibraryRetriever(BaseRetriever):
    """Gives the `k` best passages as documents, in rank order, with their provenance as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retrieval: Retrieval
    k: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                id=one.passage.passage_id,
                page_content=one.passage.text,
                metadata={
                    "source_id": one.source.source_id,
                    "title": one.source.title,
                    "publisher": one.source.publisher,
                    "url": one.source.url,
                    "published": one.source.published,
                    "score": one.score,
                },
            )
            for one in self.retrieval.search(query, self.k)
        ]
