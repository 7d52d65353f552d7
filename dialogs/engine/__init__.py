"""The dialog engine: Rasa's rules and forms, with rasa-sdk actions, in this process.

``engine.bot.load_bot(paths)`` reads and checks Rasa 3 files (domain, rules, responses; files or folders);
``engine.embedded.EmbeddedEngine(bot=…, actions=…, interpreter=…)`` is the ``engine.contract.Engine`` that
runs them.
"""
