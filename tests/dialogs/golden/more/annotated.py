# ruff: noqa: UP006, UP019, UP035 - Rasa compares these annotations word for word
"""An NLU component for recordings: a text ``#{"intent": …, "entities": […]}`` says itself what it means."""

import json
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Annotated(GraphComponent):
    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Annotated":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get("text") or ""
            if text.startswith("#"):
                self._annotate(message, json.loads(text[1:]))
        return messages

    def _annotate(self, message, said):
        base, _, sub = said["intent"].partition("/")
        intent = {"name": base, "confidence": said.get("confidence", 1.0)}
        message.set("intent", intent, add_to_output=True)
        message.set("intent_ranking", [intent], add_to_output=True)
        message.set("entities", said.get("entities", []), add_to_output=True)
        if sub:
            response = {
                "responses": [],
                "confidence": 1.0,
                "intent_response_key": said["intent"],
                "utter_action": f"utter_{said['intent']}",
            }
            selector = {"all_retrieval_intents": [base], base: {"response": response, "ranking": []}}
            message.set("response_selector", selector, add_to_output=True)
