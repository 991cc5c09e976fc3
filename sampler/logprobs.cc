#include "sampler/logprobs.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include "nlohmann/json.hpp"
#include "sampler/config.h"

namespace sampler {
namespace {

using OrderedJson = nlohmann::ordered_json;

LogprobList ListOf(const Distribution& distribution, TokenId token,
                   std::int64_t top) {
  return {LogprobOf(distribution, token), TopLogprobs(distribution, top)};
}

OrderedJson ToJsonObject(const TokenLogprob& token) {
  return {{"id", token.id},
          {"logprob", std::isfinite(token.logprob) ? OrderedJson(token.logprob)
                                                   : OrderedJson()},
          {"rank", token.rank}};
}

OrderedJson ToJsonObject(const LogprobList& list) {
  OrderedJson top = OrderedJson::array();
  for (const TokenLogprob& token : list.top) top.push_back(ToJsonObject(token));
  return {{"token", ToJsonObject(list.token)}, {"top", std::move(top)}};
}

}  // namespace

TokenLogprob LogprobOf(const Distribution& distribution, TokenId token) {
  return {token, distribution.Logprob(token), distribution.Rank(token)};
}

absl::Span<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                     absl::Span<TokenLogprob> top) {
  std::size_t count = 0;
  const auto room = static_cast<std::int64_t>(top.size());
  for (const WeightedCandidate& c : distribution.TopWeighted(room)) {
    top[count] = {c.id, c.logit, static_cast<std::int64_t>(count) + 1};
    ++count;
  }
  // The view of the candidates ends here: a logprob is another question.
  for (TokenLogprob& token : top.first(count)) {
    token.logprob = distribution.LogprobAt(token.logprob);
  }
  return top.first(count);
}

std::vector<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                      std::int64_t top) {
  std::vector<TokenLogprob> list(distribution.TopWeighted(top).size());
  TopLogprobs(distribution, absl::MakeSpan(list));
  return list;
}

void FillReport(const Distribution& distribution, TokenId drawn,
                LogprobReport& report) {
  report.token = LogprobOf(distribution, drawn);
  report.top = TopLogprobs(distribution, report.top);
}

Distribution LogprobReporter::Raw(Logits row) {
  raw_.Begin(row);
  return Distribution(raw_);
}

Logprobs LogprobReporter::Report(Logits row, const Distribution& processed,
                                 TokenId token, std::int64_t top) {
  return {ListOf(Raw(row), token, top), ListOf(processed, token, top)};
}

std::string ToJson(const Logprobs& logprobs) {
  return OrderedJson{{"raw", ToJsonObject(logprobs.raw)},
                     {"processed", ToJsonObject(logprobs.processed)}}
      .dump();
}

}  // namespace sampler
