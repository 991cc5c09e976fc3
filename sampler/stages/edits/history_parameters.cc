#include "sampler/stages/edits/history_parameters.h"

#include <string>

namespace sampler {

Parameter ScopeParameter(absl::string_view default_scope) {
  return Choice("scope", "part of the history that counts")
      .Choices({"prompt", "output", "both", "phase"})
      .Default(std::string(default_scope));
}

Parameter WindowParameter() {
  return Integer("window", "last tokens of the scope that count; null: all")
      .AtLeast(1)
      .Nullable();
}

Parameter ExemptParameter() {
  return TokenIds("exempt", "tokens that the penalty leaves alone")
      .Default(Value::List{});
}

HistoryWindow ReadHistoryWindow(const Parameters& parameters) {
  return {.scope = parameters.Choice<Scope>("scope"),
          .window = parameters.OptionalInteger("window")};
}

}  // namespace sampler
