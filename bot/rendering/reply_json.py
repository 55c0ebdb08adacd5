"""Reply → the JSON of `sanad ask --json`, as bot/rendering/reply.schema.json describes it."""

from dataclasses import asdict
from typing import Any

from bot.types import Answer, Citation, Reply
from index.retrieval.links import link_to
from index.types import Evidence


def reply_json(reply: Reply) -> dict[str, Any]:
    """The reply as plain values. Offsets are code points of the article's text as read; quotes are verbatim."""
    return {
        "question": reply.question.text,
        "language": reply.question.language,
        "answered": isinstance(reply, Answer),
        "reason": None if isinstance(reply, Answer) else reply.reason.value,
        "confidence": round(reply.confidence, 4),
        "writer": reply.writer,
        "claims": [
            {"text": claim.text, "citations": [_citation(citation) for citation in claim.citations]}
            for claim in (reply.claims if isinstance(reply, Answer) else ())
        ],
        "evidence": [_evidence(evidence) for evidence in reply.evidence],
        "note": reply.note.value if reply.note else None,
        "usage": asdict(reply.usage),
        "seconds": {stage: round(seconds, 6) for stage, seconds in reply.seconds.items()},
    }


def _citation(citation: Citation) -> dict[str, Any]:
    sentence = citation.sentence
    place = citation.article.location(sentence.start)
    return {
        "article_id": citation.article.id,
        "title": citation.article.title,
        "source": citation.article.source,
        "version": citation.article.version,
        "author": citation.article.metadata.author or None,
        "published": citation.article.metadata.published or None,
        "language": citation.article.language,
        "page": place.page or None,
        "heading": place.heading or None,
        "link": link_to(citation.article, sentence) or None,
        "sources": citation.source_count,
        "sentence": sentence.position,
        "start": sentence.start,
        "end": sentence.end,
        "quote": sentence.text,
        "span": [sentence.start + offset for offset in citation.span] if citation.span else None,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    sentence = evidence.sentence
    return {
        "article_id": sentence.article_id,
        "sentence": sentence.position,
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "score": round(evidence.score, 6),
    }
