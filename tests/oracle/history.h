// The tokens a penalty looks at: a scope of the sequence, and its last n.
//
//   scope  "prompt" | "output" | "both" (prompt, then output) | "phase" (the
//          stretch of phases.h)
//   window null: all of the scope; n: its last n tokens
//   ignore_first  leading prompt tokens that are never counted
#ifndef SAMPLER_TESTS_ORACLE_HISTORY_H_
#define SAMPLER_TESTS_ORACLE_HISTORY_H_

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/phases.h"
#include "tests/oracle/state.h"

namespace oracle {

inline std::vector<TokenId> Tokens(const nlohmann::json& options,
                                   const Context& context,
                                   const std::string& default_scope) {
  const std::string scope = options.value("scope", default_scope);
  const std::size_t ignored = options.value("ignore_first", std::size_t{0});
  std::vector<TokenId> tokens;
  if (scope == "phase") {
    const std::vector<TokenId> text = TextOf(context);
    for (auto i = static_cast<std::size_t>(StretchBegin(context));
         i < text.size(); ++i) {
      if (i >= ignored || i >= context.prompt.size()) tokens.push_back(text[i]);
    }
  }
  if (scope == "prompt" || scope == "both") {
    for (std::size_t i = ignored; i < context.prompt.size(); ++i) {
      tokens.push_back(context.prompt[i]);
    }
  }
  if (scope == "output" || scope == "both") {
    for (TokenId id : context.output) tokens.push_back(id);
  }
  if (options.contains("window") && !options["window"].is_null()) {
    const std::size_t window = options["window"].get<std::size_t>();
    while (tokens.size() > window) tokens.erase(tokens.begin());
  }
  return tokens;
}

// How often each token of the scope occurs; absent means never.
inline std::map<TokenId, int> Counts(const nlohmann::json& options,
                                     const Context& context,
                                     const std::string& default_scope) {
  std::map<TokenId, int> counts;
  for (TokenId id : Tokens(options, context, default_scope)) ++counts[id];
  return counts;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_HISTORY_H_
