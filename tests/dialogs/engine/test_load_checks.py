"""A bot that cannot work is refused when it is loaded, with the file and the rule in words an editor understands."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dialogs.engine.bot import load_bot
from dialogs.engine.embedded import EmbeddedEngine
from dialogs.engine.errors import BotRefused

DOMAIN = """
version: "3.1"
intents: [go, tell]
entities: [city]
slots:
  city: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: city}]}
  flag: {type: bool, mappings: [{type: custom}]}
forms:
  trip: {required_slots: [city]}
responses:
  utter_ask_city: [{text: city?}]
  utter_a: [{text: a}]
  utter_b: [{text: b}]
  utter_default: [{text: default}]
"""


def rules(*written: str) -> str:
    return 'version: "3.1"\nrules:\n' + "".join(f"  - {rule}\n" for rule in written)


def refusal(write, **files) -> str:
    with pytest.raises(BotRefused) as refused:
        write(**files)
    return str(refused.value)


def test_a_sound_bot_is_loaded_without_a_word(write):
    bot = write(
        domain=DOMAIN,
        rules=rules(
            "{rule: go, steps: [{intent: go}, {action: trip}, {active_loop: trip}]}",
            "{rule: done, condition: [{active_loop: trip}], steps: [{action: trip}, {active_loop: null}, {action: utter_a}]}",
        ),
    )
    assert bot.warnings == ()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{rule: r, steps: [{intent: nowhere}, {action: utter_a}]}", "intent nowhere is not in the domain"),
        ("{rule: r, steps: [{intent: go, entities: [moon]}, {action: utter_a}]}", "entity moon is not"),
        ("{rule: r, steps: [{action: utter_a}, {active_loop: nowhere}]}", "form nowhere is not in the domain"),
        ("{rule: r, steps: [{action: utter_a}, {slot_was_set: [{moon: 1}]}]}", "slot moon is not in the domain"),
        ("{rule: r, steps: [{intent: go}]}", "there is no action"),
        ("{rule: r, steps: [{intent: go}, {checkpoint: c}, {action: utter_a}]}", "is not understood"),
        ("{rule: r, steps: [{user: 'hello there'}, {action: utter_a}]}", "is not understood"),
        ("{rule: r, steps: [{intent: go, user: hi}, {action: utter_a}]}", "user is not understood"),
        ("{rule: r, stepps: []}", "unknown key stepps"),
        (
            "{rule: r, steps: [{intent: go}, {action: utter_a}, {intent: tell}, {action: utter_a}]}",
            "at most one intent",
        ),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused_by_name(write, rule, says):
    told = refusal(write, domain=DOMAIN, rules=rules(rule))
    assert says in told
    assert "rules.yml, line 3, rule “r”" in told


def test_rules_that_contradict_each_other_are_both_named(write):
    told = refusal(
        write,
        domain=DOMAIN,
        rules=rules(
            "{rule: one, steps: [{intent: go}, {action: utter_a}]}",
            "{rule: two, steps: [{intent: go}, {action: utter_b}]}",
        ),
    )
    assert "“two”: calls for utter_b where rules.yml, rule “one” calls for utter_a" in told


def test_a_rule_that_another_always_overrules_is_refused(write):
    told = refusal(
        write,
        domain=DOMAIN,
        rules=rules(
            "{rule: anywhere, steps: [{intent: go}, {action: utter_a}]}",
            "{rule: outside, condition: [{active_loop: null}], steps: [{intent: go}, {action: utter_b}]}",
        ),
    )
    assert "“anywhere”: never comes to utter_a: rules.yml, rule “outside” calls for utter_b there" in told


def test_a_rule_that_forgets_what_its_action_sets_is_refused(write):
    told = refusal(
        write,
        domain=DOMAIN,
        rules=rules(
            "{rule: one, steps: [{intent: go}, {action: utter_a}, {slot_was_set: [{flag: true}]}]}",
            "{rule: two, steps: [{intent: tell}, {action: utter_a}]}",
        ),
    )
    assert "“two”: utter_a sets slot flag in other rules" in told


def test_a_form_whose_loop_is_not_named_is_refused(write):
    told = refusal(
        write,
        domain=DOMAIN,
        rules=rules(
            "{rule: one, steps: [{intent: go}, {action: trip}, {active_loop: trip}]}",
            "{rule: two, steps: [{intent: tell}, {action: trip}]}",
        ),
    )
    assert "“two”: trip sets active_loop (trip) in other rules" in told


def test_rules_that_fit_equally_well_are_warned_of(write):
    bot = write(
        domain=DOMAIN + "\nsession_config: {}\nx_petition: {forms: {}}\n",
        rules=rules(
            "{rule: one, condition: [{slot_was_set: [{flag: true}]}], steps: [{intent: go}, {action: utter_a}]}",
            "{rule: two, condition: [{active_loop: trip}], steps: [{intent: go}, {action: utter_b}]}",
        ),
    )
    assert not bot.warnings
    tied = write(
        domain=DOMAIN.replace("flag: {", "a_ok: {type: bool, mappings: [{type: custom}]}\n  flag: {"),
        rules=rules(
            "{rule: one, condition: [{slot_was_set: [{flag: true}]}], steps: [{intent: go}, {action: utter_a}]}",
            "{rule: two, condition: [{slot_was_set: [{a_ok: true}]}], steps: [{intent: go}, {action: utter_b}]}",
        ),
    )
    assert any("“two”: fits as well as rules.yml, rule “one” at times" in warning for warning in tied.warnings)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("entity: city}]}", "entity: moon}]}"), "slots: city: entity moon is not in the domain"),
        (("type: from_entity, entity: city", "type: from_moon"), "mapping type from_moon"),
        (("{type: text, inf", "{type: moon, inf"), "type moon is unknown"),
        (("required_slots: [city]", "required_slots: [moon]"), "forms: trip: slot moon is not in the domain"),
        (("utter_a: [{text: a}]", "utter_a: []"), "responses: utter_a: has no text"),
        (("utter_a: [{text: a}]", "utter_a: [{txt: a}]"), "unknown key txt"),
        (("version", "stories: [{story: s}]\nversion"), "stories are not run by this engine"),
        (("version", "moon: 1\nversion"), "unknown key moon"),
        (("version", "x_petition: {forms: {moon: {}}}\nversion"), "there is no such form"),
        (("version", "x_petition: {forms: {trip: {interrupt: []}}}\nversion"), "unknown key interrupt"),
        (("version", "x_petition: {forms: {trip: {interrupts: [moon]}}}\nversion"), "intent moon is not in the domain"),
        (("intents: [go, tell]", "intents: [go, tell"), "not valid YAML"),
    ],
)
def test_a_domain_that_is_wrong_is_refused_with_the_place(write, change, says):
    assert says in refusal(write, domain=DOMAIN.replace(*change, 1))


def test_all_problems_are_told_at_once(write):
    told = refusal(write, domain=DOMAIN.replace("[city]}", "[moon]}"), rules=rules("{rule: r, steps: [{intent: x}]}"))
    assert "slot moon" in told
    assert "intent x" in told


def test_a_domain_may_lie_in_several_files(write):
    bot = write(domain=DOMAIN, more="responses: {utter_c: [{text: c}]}\nintents: [third]\n")
    assert {"utter_a", "utter_c"} <= set(bot.domain.responses)
    assert {"go", "third"} <= set(bot.domain.intents)


def test_what_is_defined_twice_is_refused(write):
    told = refusal(write, domain=DOMAIN, more="responses: {utter_a: [{text: again}]}\n")
    assert "utter_a is defined before, in domain.yml" in told


def test_a_slot_that_nothing_asks_for_is_warned_of(write):
    bot = write(domain=DOMAIN.replace("  utter_ask_city: [{text: city?}]\n", ""))
    assert bot.warnings == ("form trip: nothing asks for slot city: write utter_ask_trip_city or utter_ask_city",)


@pytest.mark.parametrize("called", ["action_moon", "utter_moon"])
def test_an_action_that_nobody_wrote_is_refused(write, called):
    bot = write(domain=DOMAIN, rules=rules(f"{{rule: r, steps: [{{intent: go}}, {{action: {called}}}]}}"))
    with pytest.raises(BotRefused, match=f"rules.yml, line 3, rule “r”: there is no action or response {called}"):
        EmbeddedEngine(bot=bot, actions=[])


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["go", "trip", "city", "utter_a", "from_text", "x"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["go", "city", "trip", "utter_a", "type", "mappings", "conditions", "intent", "entities", "action", "or",
                 "steps", "rule", "condition", "required_slots", "text", "roles", "use_entities", "min_value", "forms",
                 "slot_was_set", "active_loop", "session_expiration_time", "values", "interrupt_confidence"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "intents",
        "entities",
        "slots",
        "forms",
        "actions",
        "responses",
        "session_config",
        "x_petition",
        "rules",
        "stories",
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(content=st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_yaml_is_loaded_or_refused(content, tmp_path):
    path = tmp_path / "any.yml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(content, file)
    with suppress(BotRefused):
        load_bot([path])


@pytest.mark.parametrize(
    ("file", "written", "says"),
    [
        ("stories", "version: '3.1'\nstories:\n- story: s\n", "stories.yml, line 2, stories: stories are not run"),
        (
            "rules",
            "rules:\n- rule: r\n  steps:\n  - checkpoint: c\n  - action: utter_a\n",
            "rules.yml, line 2, rule “r”: step",
        ),
        (
            "rules",
            "rules:\n- rule: r\n  steps:\n  - user: hi\n  - action: utter_a\n",
            "rules.yml, line 2, rule “r”: step",
        ),
        (
            "rules",
            "rules:\n\n- condition: []\n  rule: r\n  steps: [{bot: hi}, {action: utter_a}]\n",
            "rules.yml, line 3, rule “r”: step",
        ),
        (
            "config",
            "recipe: x\npolicies:\n- name: RulePolicy\n- name: TEDPolicy\n",
            "config.yml, line 4, policies: name: policy TEDPolicy",
        ),
        (
            "config",
            "policies:\n- name: RulePolicy\n  enable_fallback_prediction: false\n",
            "enable_fallback_prediction must be True",
        ),
        (
            "forms",
            "forms:\n\n  walk: {ignored_intents: [go]}\n",
            "forms.yml, line 3, forms: walk: required_slots is missing",
        ),
        (
            "forms",
            "forms:\n  walk: {required_slots: {city: [{type: from_text}]}}\n",
            "forms.yml, line 2, forms: walk: a name",
        ),
        (
            "forms",
            "forms:\n  walk: {required_slots: [], cancel: go}\n",
            "forms.yml, line 2, forms: walk: unknown key cancel",
        ),
        (
            "slots",
            "slots:\n  one: {type: unfeaturized, mappings: [{type: custom}]}\n",
            "slots.yml, line 2, slots: one: type unfeaturized",
        ),
        (
            "slots",
            "slots:\n  one: {type: any, auto_fill: true, mappings: [{type: custom}]}\n",
            "slots.yml, line 2, slots: one: unknown key auto_fill",
        ),
        (
            "slots",
            "slots:\n  one: {type: float, min_value: 1, mappings: [{type: custom}]}\n",
            "slots.yml, line 2, slots: one: min_value must",
        ),
        (
            "slots",
            "slots:\n  one: {type: any, mappings: [{type: from_moon}]}\n",
            "slots.yml, line 2, slots: one: mapping type from_moon",
        ),
        (
            "intents",
            "intents:\n- go\n- come: {triggers: utter_a}\n",
            "intents.yml, line 3, intents: come: unknown key triggers",
        ),
        ("e2e", "e2e_actions:\n- hello there\n", "e2e.yml, line 1, e2e_actions: end-to-end"),
    ],
)
def test_what_this_engine_does_not_run_is_refused_with_file_and_line(write, file, written, says):
    told = refusal(write, domain=DOMAIN, **{file: written})
    assert says in told


def test_an_action_nobody_wrote_is_refused_with_file_and_line(write):
    bot = write(domain=DOMAIN, rules=rules("{rule: r, steps: [{intent: go}, {action: action_moon}]}"))
    with pytest.raises(BotRefused) as refused:
        EmbeddedEngine(bot=bot, actions=[])
    assert "rules.yml, line 3, rule “r”: there is no action or response action_moon" in str(refused.value)
