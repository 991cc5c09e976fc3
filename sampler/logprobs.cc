#include "sampler/logprobs.h"

#include <cmath>
#include <utility>

#include "nlohmann/json.hpp"

namespace sampler {
namespace {

using Json = nlohmann::ordered_json;

LogprobList ListOf(const Distribution& distribution, TokenId token,
                   std::int64_t top) {
  return {{token, distribution.Logprob(token), distribution.Rank(token)},
          TopLogprobs(distribution, top)};
}

Json ToJsonObject(const TokenLogprob& token) {
  return {
      {"id", token.id},
      {"logprob", std::isfinite(token.logprob) ? Json(token.logprob) : Json()},
      {"rank", token.rank}};
}

Json ToJsonObject(const LogprobList& list) {
  Json top = Json::array();
  for (const TokenLogprob& token : list.top) top.push_back(ToJsonObject(token));
  return {{"token", ToJsonObject(list.token)}, {"top", std::move(top)}};
}

}  // namespace

std::vector<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                      std::int64_t top) {
  std::vector<TokenLogprob> list;
  for (const Candidate& c : distribution.Top(top)) {
    const double logprob = distribution.Logprob(c.id);
    if (std::isinf(logprob)) break;
    list.push_back({c.id, logprob, static_cast<std::int64_t>(list.size()) + 1});
  }
  return list;
}

Logprobs LogprobReporter::Report(Logits row, const Distribution& processed,
                                 TokenId token, std::int64_t top) {
  raw_.Begin(row);
  return {ListOf(Distribution(raw_), token, top),
          ListOf(processed, token, top)};
}

std::string ToJson(const Logprobs& logprobs) {
  return Json{{"raw", ToJsonObject(logprobs.raw)},
              {"processed", ToJsonObject(logprobs.processed)}}
      .dump();
}

}  // namespace sampler
