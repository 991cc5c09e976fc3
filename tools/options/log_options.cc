#include "tools/options/log_options.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/parameters/printable.h"
#include "tools/options/stdin_copy.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kLogGroup[] = "Reading the log";

absl::StatusOr<std::unique_ptr<const logs::Log>> OpenStdin(
    const logs::OpenOptions& options) {
  const auto copy = CopyStdin("a log");
  if (!copy.ok()) return copy.status();
  auto log = logs::Log::Open(*copy, options);
  if (log.ok()) return log;
  return NamedAsStdin(log.status());
}

// The texts of a vocabulary by id; "" for ids without one.
absl::StatusOr<std::vector<std::string>> ReadTexts(const std::string& path) {
  const auto text = TokenText::Open(path);
  if (!text.ok()) return text.status();
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(text->size()));
  for (TokenId id = 0; id < text->size(); ++id) {
    texts.push_back(text->Bytes(id));
  }
  return texts;
}

// An option that the format has no use for is a mistake about the log.
absl::Status CheckUsed(const LogOptions& options, logs::Format format) {
  if (!options.floor_given || format == logs::Format::kLlamaLogits) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--floor: the log is ", logs::FormatName(format), ", and only ",
      logs::FormatName(logs::Format::kLlamaLogits), " logs have a floor"));
}

}  // namespace

void AddLogOptions(CLI::App& app, LogOptions& options) {
  app.add_option("LOG", options.path,
                 "safetensors, .npy, .npz, llama.cpp _logits_, raw, a\n"
                 "server's answer (JSON, SSE); - is stdin")
      ->required()
      ->type_name("");
  app.add_option("--tensor", options.open.tensor,
                 "Tensor that holds the logits, where several could;\n"
                 "of a server's answer: output or prompt")
      ->type_name("NAME")
      ->group(kLogGroup);
  app.add_option("--tokens", options.open.tokens_file,
                 "Tokens drawn from the rows (.npy, .txt, .json, .bin)")
      ->type_name("FILE")
      ->group(kLogGroup);
  app.add_option("--prompt-tokens", options.open.prompt_tokens_file,
                 "Tokens before row 0")
      ->type_name("FILE")
      ->group(kLogGroup);
  AddInteger(app, "--vocab-size",
             "Row width of a raw log; vocabulary of a top-k log or\n"
             "a server's answer",
             {.minimum = 1},
             [&options](std::int64_t n) { options.open.vocabulary_size = n; })
      ->group(kLogGroup);
  AddChoice<DType>(app, "--dtype",
                   "Elements of a raw log: f32 (default), f16, bf16, f64",
                   {{"f32", DType::kF32},
                    {"f16", DType::kF16},
                    {"bf16", DType::kBF16},
                    {"f64", DType::kF64}},
                   [&options](DType dtype) { options.open.dtype = dtype; })
      ->type_name("TYPE")
      ->group(kLogGroup);
  AddChoice<logs::Axes>(
      app, "--axes",
      "Rows of three axes: btv ([B, T, V]) or tbv (a stack of\n"
      "steps, [T, B, V])",
      {{"btv", logs::Axes::kBatchFirst}, {"tbv", logs::Axes::kStepsFirst}},
      [&options](logs::Axes axes) { options.open.axes = axes; })
      ->type_name("ORDER")
      ->group(kLogGroup);
  AddChoice<logs::FloorPolicy>(
      app, "--floor", "_logits_ tokens at the floor: drop (default) or keep",
      {{"drop", logs::FloorPolicy::kDrop}, {"keep", logs::FloorPolicy::kKeep}},
      [&options](logs::FloorPolicy floor) {
        options.open.floor = floor;
        options.floor_given = true;
      })
      ->type_name("HOW")
      ->group(kLogGroup);
  app.add_option("--kind", options.kind,
                 "What the rows are, whatever the log says:\n"
                 "raw, logprobs or processed")
      ->check(CLI::IsMember({"raw", "logprobs", "processed"}).description(""))
      ->type_name("KIND")
      ->group(kLogGroup);
  app.add_option("--vocab-file", options.vocab_file,
                 "tokenizer.json or the like, for the text of tokens")
      ->type_name("FILE")
      ->group(kLogGroup);
  app.add_flag("--allow-partial", options.open.allow_partial,
               "Read the complete rows of a truncated log")
      ->group(kLogGroup);
}

absl::StatusOr<std::unique_ptr<const logs::Log>> OpenLog(
    const LogOptions& options) {
  logs::OpenOptions open = options.open;
  if (!options.vocab_file.empty()) {
    open.token_texts = [&options] { return ReadTexts(options.vocab_file); };
  }
  auto log = options.path == "-" ? OpenStdin(open)
                                 : logs::Log::Open(options.path, open);
  if (!log.ok()) return log;
  absl::Status used = CheckUsed(options, (*log)->description().format);
  if (!used.ok()) return used;
  return log;
}

absl::StatusOr<TokenText> OpenTokenText(const LogOptions& options) {
  if (options.vocab_file.empty()) return TokenText();
  return TokenText::Open(options.vocab_file);
}

absl::Status CheckNoVocabulary(const LogOptions& options,
                               const logs::Log& log) {
  if (options.vocab_file.empty() ||
      log.description().format == logs::Format::kServerAnswer) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--vocab-file: got ", Printable(options.vocab_file),
      ", want none: no chain spells texts, the log has the ids of its tokens, "
      "and what was asked for shows none of them"));
}

TokenText ShownText(const TokenText& text, const logs::Log& log) {
  const std::map<TokenId, std::string>& told = log.description().texts;
  if (!text.empty() || told.empty()) return text;
  std::vector<std::optional<std::string>> texts(
      static_cast<std::size_t>(told.rbegin()->first) + 1);
  for (const auto& [id, bytes] : told) {
    texts[static_cast<std::size_t>(id)] = bytes;
  }
  return TokenText(std::move(texts));
}

}  // namespace sampler::tools
