#include "sampler/importers/budget_steps.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/steps.h"
#include "sampler/importers/token_texts.h"

namespace sampler::importers {
namespace {

constexpr char kPhase[] = "thinking";

// The texts of a field: one, or a list of them.
std::vector<std::string> Texts(Draft& draft, absl::string_view field,
                               absl::string_view standard) {
  std::vector<std::string> texts;
  if (!field.empty() && draft.Given(field)) {
    const Value& value = draft.Get(field);
    if (value.text() != nullptr) {
      texts = {*value.text()};
    } else {
      texts = Strings(draft, field);
    }
    std::erase(texts, "");
  }
  if (texts.empty()) texts = {std::string(standard)};
  return texts;
}

// In tokens; a problem, and nothing, where one cannot be spelt.
std::optional<Value::List> Spelt(Draft& draft, absl::string_view field,
                                 const std::vector<std::string>& texts) {
  Value::List sequences;
  for (const std::string& text : texts) {
    const TokenIds ids = Spell(*draft.options().texts, text);
    if (ids.empty()) {
      draft.Problem(draft.PointerOf(field),
                    absl::StrCat("no tokens spell \"", text, "\""));
      return std::nullopt;
    }
    sequences.push_back(ToValue(ids));
  }
  return sequences;
}

}  // namespace

void AddThinkingBudget(Draft& draft, const BudgetFields& fields) {
  if (!draft.Given(fields.tokens)) return;
  const std::int64_t tokens = draft.Integer(fields.tokens);
  if (tokens < 0) {
    draft.Harmless(fields.tokens, "any number of tokens");
    return;
  }
  if (draft.options().parity) {
    draft.Lost(fields.tokens,
               "the mode of the runtime's own random numbers knows no phases");
    return;
  }
  if (draft.options().texts == nullptr) {
    ReportNoTexts(draft, fields.tokens);
    return;
  }
  const std::vector<std::string> begins = Texts(draft, fields.begin, "<think>");
  const std::vector<std::string> ends = Texts(draft, fields.end, "</think>");
  const std::string message =
      fields.message.empty() ? "" : Texts(draft, fields.message, "").front();
  const auto begin = Spelt(draft, fields.tokens, begins);
  const auto end = Spelt(draft, fields.tokens, ends);
  if (!begin || !end) return;
  // Spelt apart, so that the phase ends where the closing text does.
  Value::List closing;
  if (!message.empty()) {
    const auto said = Spelt(draft, fields.message, {message});
    if (!said) return;
    closing = *said->front().list();
  }
  for (const Value& id : *end->front().list()) closing.push_back(id);
  draft.config().phases[kPhase] =
      Value::Object{{"begin", *begin}, {"end", *end}};
  draft.Add({"thinking_budget",
             {{"phase", kPhase}, {"tokens", tokens}, {"close", closing}}},
            {fields.tokens},
            absl::StrCat("of every stretch between \"", begins.front(),
                         "\" and \"", ends.front(), "\""));
  for (const absl::string_view field :
       {fields.begin, fields.end, fields.message}) {
    if (field.empty() || !draft.Given(field)) continue;
    draft.Applied(field, "spelt in the longest tokens");
  }
}

}  // namespace sampler::importers
