"""Settings of other runtimes, presets and the schema."""

import json

import pytest
from conftest import DATA, SOURCE, V

import token_sampler as ts


def test_presets_are_the_files():
    files = {p.stem: p for p in (SOURCE / "configs").glob("*.json")}
    del files["schema"]
    assert set(ts.presets()) == set(files)
    for name, path in files.items():
        assert ts.presets()[name] == path.read_text()
        assert ts.Pipeline(name, V) == ts.Pipeline(path, V)


def test_the_schema_is_the_file():
    assert json.loads(ts.config_schema()) == json.loads(
        (SOURCE / "configs" / "schema.json").read_text()
    )


def test_settings_become_a_config_and_a_report():
    config, report = ts.import_settings(
        "huggingface",
        {"do_sample": True, "temperature": 0.7, "top_k": 30, "bogus": 1},
    )
    kinds = [stage["type"] for stage in config["stages"]]
    assert kinds == ["temperature", "top_k", "categorical"]
    ts.Pipeline(config, V)
    by_field = {e.field: e for e in report.entries}
    assert by_field["temperature"].outcome == "applied"
    assert by_field["bogus"].outcome == "unknown"
    assert "bogus" in repr(report)


def test_every_runtime_is_known():
    assert "vllm" in ts.runtimes()
    with pytest.raises(ValueError, match="unknown runtime"):
        ts.import_settings("nosuch", {})


def test_texts_and_command_lines():
    body = (DATA / "import" / "llama-request.json").read_text()
    config, report = ts.import_settings("llama.cpp", body)
    assert report.runtime.startswith("llama.cpp")
    line, _ = ts.import_settings("llama.cpp", "--temp 0.8 --top-k 7")
    assert {"type": "top_k", "k": 7} in line["stages"]
    with pytest.raises(ValueError):
        ts.import_settings("vllm", {"temperature": "hot"})


def test_words_want_texts():
    texts = [b"a", "b", None, b"ab"]
    request = {"do_sample": True, "bad_words_ids": [[3]]}
    config, _ = ts.import_settings("huggingface", request, token_texts=texts)
    assert any(s["type"] == "bad_words" for s in config["stages"]) or any(
        s["type"] == "suppress_tokens" for s in config["stages"]
    )


def test_parity_asks_for_the_random_numbers():
    config, _ = ts.import_settings(
        "llama.cpp", {"temperature": 0.8, "seed": 5}, parity=True
    )
    assert config["rng"] == "llama_cpp"
    with pytest.raises(ValueError, match="parity"):
        ts.import_settings("koboldcpp", {"temperature": 0.8}, parity=True)


@pytest.mark.parametrize(("engine", "settings"), [
    ("vllm", {"temperature": 0.7, "top_k": 40, "top_p": 0.9}),
    ("sglang", {"temperature": 0.7, "min_p": 0.1}),
    ("llama.cpp", {"temperature": 0.7, "top_k": 40, "repeat_penalty": 1.1}),
    ("huggingface", {"do_sample": True, "temperature": 0.7, "top_k": 20}),
])
def test_a_config_goes_out_and_comes_back(engine, settings):
    config, _ = ts.import_settings(engine, settings)
    exported, report = ts.export_settings(engine, config)
    assert isinstance(exported, dict) and report.lost == 0
    assert report.engine in repr(report)
    again, _ = ts.import_settings(engine, exported)
    assert again["stages"] == config["stages"]


def test_every_engine_gets_settings_or_hears_why_not():
    for engine in ts.export_engines():
        settings, report = ts.export_settings(engine, "balanced")
        assert settings and isinstance(settings, (dict, str))
        assert {e.outcome for e in report.entries} <= {"applied", "lost",
                                                      "harmless"}


def test_an_export_says_what_is_lost():
    settings, report = ts.export_settings("openai", {"version": 1, "stages": [
        {"type": "top_k", "k": 40}, {"type": "categorical"}]})
    assert report.lost >= 1
    assert any(e.outcome == "lost" and "top_k" in e.stage
               for e in report.entries)
    with pytest.raises(ValueError, match="nobody"):
        ts.export_settings("nobody", "balanced")
    balanced = ts.Pipeline("balanced", 9)
    assert (ts.export_settings("vllm", balanced)[0]
            == ts.export_settings("vllm", "balanced")[0])
    with pytest.raises(ValueError, match="version"):
        ts.export_settings("vllm", {"stages": []})


def test_an_export_of_what_is_text_wants_the_texts():
    texts = ["<think>", "</think>", *"abcdefgh"]
    config, _ = ts.import_settings(
        "vllm", {"thinking_token_budget": 5}, token_texts=texts)
    bare, report = ts.export_settings("vllm", config)
    assert report.lost >= 1 and "thinking_token_budget" not in bare
    whole, report = ts.export_settings("vllm", config, token_texts=texts)
    assert report.lost == 0 and whole["thinking_token_budget"] == 5
    again, _ = ts.import_settings("vllm", whole, token_texts=texts)
    assert again == config


def test_defaults_of_the_server():
    config, _ = ts.import_settings(
        "vllm", {"top_p": 0.9},
        server_defaults='{"temperature": 0.6, "top_k": 20}')
    stages = {s["type"]: s for s in config["stages"]}
    assert stages["temperature"]["temperature"] == 0.6
    assert stages["top_k"]["k"] == 20
