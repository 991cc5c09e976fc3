#include "tests/tools/options/given_options.h"

#include <utility>

#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kScheduled[] = R"({"version": 1, "stages": [
    {"type": "temperature", "schedule": {"from": 1.2, "to": 0.4, "steps": 10,
     "clock": "step"}}, {"type": "categorical"}]})";
// With a stage for a sweep's parameter.
constexpr char kSwept[] = R"({"version": 1, "stages": [
    {"type": "temperature", "schedule": {"from": 1.2, "to": 0.4, "steps": 10,
     "clock": "step"}}, {"type": "top_k", "k": 3}, {"type": "categorical"}]})";
constexpr char kBiased[] = R"({"version": 1, "stages": [
    {"type": "logit_bias", "bias": {"7": 1.5}}, {"type": "categorical"}]})";
constexpr char kTypical[] = R"({"version": 1, "stages": [
    {"type": "typical_p", "p": 0.5}, {"type": "categorical"}]})";
constexpr char kPhases[] = R"({"version": 1,
    "phases": {"thinking": {"begin": ["ab"], "end": ["c"]}},
    "stages": [{"type": "top_k", "k": 3, "when": {"phase": "thinking"}},
               {"type": "categorical"}]})";
constexpr char kTexts[] = R"({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5,
    "g": 6, "h": 7})";

// The files of a table.
struct Files {
  std::string log;
  std::string page = WriteTemporary("page.html", "");
  std::string out = WriteTemporary("out.safetensors", "");
  std::string text = WriteTemporary("out.json", "");
  std::string tokens = WriteTemporary("tokens.json", "[3, 0, 4, 4, 1, 0]");
  std::string prompt = WriteTemporary("prompt.json", "[3, 0, 4]");
  std::string texts = WriteTemporary("vocab.json", kTexts);
  std::string scheduled = WriteTemporary("scheduled.json", kScheduled);
  std::string swept = WriteTemporary("swept.json", kSwept);
  std::string biased = WriteTemporary("biased.json", kBiased);
  std::string typical = WriteTemporary("typical.json", kTypical);
  std::string phases = WriteTemporary("phases.json", kPhases);
  std::string key = WriteTemporary("key", "1");

  Files() {
    std::vector<std::vector<float>> rows;
    for (int i = 0; i < 6; ++i) {
      std::vector<float> row;
      for (int id = 0; id < 8; ++id) {
        row.push_back(static_cast<float>((id * 5 + i * 3) % 11) * 0.375F);
      }
      rows.push_back(row);
    }
    log = MakeLog(rows, {1, 2, 1, 0, 2, 1}, {2, 1});
  }

  // Options that read the log otherwise, of all commands that report on it.
  std::vector<GivenOption> OfLogs(Arguments with_memory) const {
    return {{"--tokens", {"--tokens", tokens}},
            {"--prompt-tokens", {"--prompt-tokens", prompt}, with_memory},
            {"--kind", {"--kind", "processed"}},
            {"--vocab-file", {"--vocab-file", texts}}};
  }
};

const std::vector<GivenOption>& OfRows() {
  static const auto& rows =
      *new std::vector<GivenOption>{{"--rows", {"--rows", "1:4"}},
                                    {"--every", {"--every", "2"}},
                                    {"--limit", {"--limit", "2"}}};
  return rows;
}

std::vector<GivenOption> OfRuns(Arguments by_chance, Arguments by_step) {
  return {{"--seed", {"--seed", "9"}, by_chance},
          {"--stream", {"--stream", "5"}, by_chance},
          {"--step", {"--step", "3"}, std::move(by_step)}};
}

void Append(const std::vector<GivenOption>& more,
            std::vector<GivenOption>& options) {
  options.insert(options.end(), more.begin(), more.end());
}

GivenCommand Replay(const Files& f) {
  GivenCommand command = {"replay",
                          {f.log, "--repeat-penalty", "1.5", "--top-k", "4"},
                          {{},
                           {"--json"},
                           {"--jsonl"},
                           {"--csv"},
                           {"--html", f.page},
                           {"--csv", "--html", f.page}},
                          {{"--config", {"--config", "greedy"}, {f.log}},
                           {"--history", {"--history", "replayed"}},
                           {"--verify", {"--verify", "--seed", "0"}},
                           {"--top-logprobs", {"--top-logprobs", "2"}},
                           {"--top", {"--top", "2"}},
                           {"--emit", {"--emit", "mask", f.out, "--force"}}}};
  Append(OfRows(), command.options);
  Append(OfRuns(command.base, {f.log, "-c", f.scheduled}), command.options);
  Append(f.OfLogs(command.base), command.options);
  return command;
}

GivenCommand Explain(const Files& f) {
  const Arguments row = {f.log, "--row", "4"};
  GivenCommand command = {
      "explain",
      {f.log, "--row", "4", "--repeat-penalty", "1.5", "--top-k", "4"},
      {{}, {"--json"}, {"--html", f.page}, {"--json", "--html", f.page}},
      {{"--config", {"--config", "greedy"}, row},
       {"--row", {"--row", "3"}, {f.log, "--top-k", "4"}},
       {"--history", {"--history", "replayed"}},
       {"--top", {"--top", "2"}},
       {"--token",
        {"--token", "7", "--token", "0"},
        {f.log, "--row", "4", "--top-k", "4", "--top", "2"}}}};
  Append(OfRuns(command.base, {f.log, "--row", "4", "-c", f.scheduled}),
         command.options);
  Append(f.OfLogs(command.base), command.options);
  return command;
}

GivenCommand Compare(const Files& f) {
  const Arguments against = {f.log, "--b", "temp=0.7"};
  GivenCommand command = {
      "compare",
      {f.log, "--a", "repeat_penalty=1.5;top_k=4", "--b", "temp=0.7"},
      {{},
       {"--json"},
       {"--jsonl"},
       {"--csv"},
       {"--markdown"},
       {"--csv", "--export-json", f.text},
       {"--csv", "--export-markdown", f.text},
       {"--csv", "--html", f.page},
       {"--html", f.page}},
      {{"--a", {"--a", "top_k=2"}, against},
       {"--b", {"--b", "top_k=2"}, {f.log, "--a", "temp=0.7"}},
       {"--eps", {"--eps", "0.01"}},
       {"--worst", {"--worst", "2"}},
       {"--fail-if", {"--fail-if", "kept.a>0"}},
       {"--trainer", {"--trainer"}},
       {"--top", {"--top", "2"}},
       {"--vocab-file",
        {"--vocab-file", f.texts, "--a", "bad_words=a;top_k=4"},
        against}}};
  const Arguments trainer = {f.log, "--a",      "temp=3",
                             "--b", "temp=0.3", "--trainer"};
  for (const auto& [option, value] :
       {std::pair("--is-threshold", "1.01"), std::pair("--is-clip", "1.01"),
        std::pair("--off-policy-threshold", "100")}) {
    command.options.push_back({option, {option, value}, trainer});
  }
  Append(OfRows(), command.options);
  Append(OfRuns(command.base, {f.log, "--a", f.scheduled, "--b", "temp=0.7"}),
         command.options);
  Append(f.OfLogs(command.base), command.options);
  return command;
}

GivenCommand Sweep(const Files& f) {
  const auto on = [&](const std::string& chain) {
    return Arguments{f.log, "--on", chain, "--param", "top_k=2,4"};
  };
  const Arguments follows_step = {f.log, "--on", f.swept, "--param",
                                  "top_k=2,4"};
  GivenCommand command = {
      "sweep",
      {f.log, "--param", "top_k=2,4"},
      {{},
       {"--json"},
       {"--csv"},
       {"--markdown"},
       {"--csv", "--plot", f.page},
       {"--html", f.page},
       {"--csv", "--export-json", f.text}},
      {{"--param", {"--param", "temp=0.5,1"}, {f.log}},
       {"--family", {"--family", "top_k", "--match", "kept=2"}, {f.log}},
       {"--match", {"--match", "kept=2", "--family", "top_k"}, {f.log}},
       {"--on", {"--on", "temp=0.5"}},
       {"--base", {"--base", "greedy"}},
       {"--vocab-file", {"--vocab-file", f.texts, "--on", "bad_words=a"}}}};
  Append(OfRows(), command.options);
  Append(OfRuns(on("xtc_probability=0.5;xtc_threshold=0.05"), follows_step),
         command.options);
  Append(f.OfLogs(on("repeat_penalty=1.5")), command.options);
  return command;
}

GivenCommand Verify(const Files& f) {
  const Arguments law = {f.log, "--top-k", "4", "--claim", "law"};
  GivenCommand command = {
      "verify",
      {f.log, "--repeat-penalty", "1.5", "--top-k", "4", "--seed", "1"},
      {{}, {"--json"}, {"--jsonl"}, {"--csv"}},
      {{"--config", {"--config", "balanced"}, {f.log, "--seed", "1"}},
       {"--claim", {"--claim", "law"}, {f.log, "--top-k", "4"}},
       {"--noise", {"--noise", "vllm"}, {f.log, "--top-k", "4", "-s", "1"}},
       {"--reference", {"--reference", f.log}}}};
  const Arguments whole = {f.log, "--temp", "1", "--seed", "1"};
  const Arguments loose = {f.log, "--temp",      "1",  "--seed",
                           "1",   "--min-match", "0.5"};
  Append({{"--margin-tol", {"--margin-tol", "0.99"}, whole},
          {"--margin-tol", {"--margin-tol", "0.99"}, law},
          {"--min-match", {"--min-match", "0.5"}},
          {"--min-match", {"--min-match", "0.5"}, law},
          {"--sigma", {"--sigma", "0.5"}},
          {"--sigma", {"--sigma", "0.5"}, law},
          {"--fssl", {"--fssl", "-0.5:1"}},
          {"--fssl", {"--fssl", "-0.5:1"}, law},
          {"--alpha", {"--alpha", "0.4"}, loose}},
         command.options);
  Append(OfRows(), command.options);
  Append(OfRuns({f.log, "--top-k", "4"}, {f.log, "-c", f.scheduled, "-s", "1"}),
         command.options);
  Append(f.OfLogs(command.base), command.options);
  // A stream alone is no claim.
  for (GivenOption& given : command.options) {
    if (given.option == "--stream") given.base = command.base;
  }
  return command;
}

GivenCommand Inspect(const Files& f) {
  GivenCommand command = {"inspect",
                          {f.log},
                          {{}, {"--json"}},
                          {{"--sample", {"--sample", "2"}},
                           {"--top", {"--top", "2"}},
                           {"--strict", {"--strict", "--kind", "processed"}}}};
  Append(OfRows(), command.options);
  Append(f.OfLogs(command.base), command.options);
  return command;
}

GivenCommand Convert(const Files& f) {
  GivenCommand command = {"convert",
                          {f.log, f.out, "--force"},
                          {{}, {"--json"}},
                          {{"--to", {"--to", "npy"}},
                           {"--to-dtype", {"--to-dtype", "f16"}},
                           {"--top-k", {"--top-k", "3"}},
                           {"--tokens", {"--tokens", f.tokens}},
                           {"--prompt-tokens", {"--prompt-tokens", f.prompt}}}};
  Append(OfRows(), command.options);
  return command;
}

GivenCommand Detect(const Files& f) {
  const Arguments kgw = {f.log, "--scheme", "kgw", "--key-file", f.key};
  return {"detect",
          kgw,
          {{}, {"--json"}},
          {{"--scheme", {"--scheme", "kgw"}, {f.log, "--key-file", f.key}},
           {"--key-file", {"--key-file", f.key}, {f.log, "--scheme", "kgw"}},
           {"--at-most", {"--at-most", "0.000001"}},
           {"--each", {"--each"}},
           {"--context-width", {"--context-width", "2"}},
           {"--gamma", {"--gamma", "0.5"}},
           {"--tokens", {"--tokens", f.tokens}},
           {"--prompt-tokens", {"--prompt-tokens", f.prompt}}}};
}

GivenCommand Validate(const Files& f) {
  return {"validate",
          {f.biased},
          {{}, {"--json"}},
          {{"--vocab-size", {"--vocab-size", "5"}},
           {"--vocab-file", {"--vocab-file", f.texts}, {f.phases}},
           {"--schema", {"--schema"}, {}}}};
}

GivenCommand Vectors(const Files& f) {
  return {"vectors",
          {"--top-k", "3"},
          {{}, {"--output", f.text, "--force"}},
          {{"--config", {"--config", f.biased}, {"--greedy"}}}};
}

GivenCommand Export(const Files& f) {
  return {"export",
          {"vllm", f.typical},
          {{}, {"--json"}, {"--output", f.text, "--force"}},
          {{"--strict", {"--strict"}}}};
}

}  // namespace

std::vector<GivenCommand> GivenCommands(std::vector<std::string>& written) {
  const Files files;
  written = {files.page, files.out, files.text};
  return {Replay(files),  Explain(files), Compare(files),
          Sweep(files),   Verify(files),  Inspect(files),
          Convert(files), Detect(files),  Validate(files),
          Vectors(files), Export(files),  GivenImport(files.text, files.texts)};
}

}  // namespace sampler::tools
