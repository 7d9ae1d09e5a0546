"""The engine as a LangChain chat model. Nothing in foveal imports this package."""

from foveal.models.langchain.chat import ChatFoveal

__all__ = ["ChatFoveal"]
