#include "sampler/logs/formats/foreign_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

// The entries of an answer `p`, as a top-k log.
constexpr absl::string_view kSaveEntries =
    "r = [e['top_logprobs'] for e in p]; save_file({'offsets': "
    "numpy.cumsum([0] + [len(x) for x in r]), 'token_ids': "
    "numpy.array([t['id'] "
    "for x in r for t in x], 'i4'), 'logprobs': numpy.array([t['logprob'] for "
    "x "
    "in r for t in x], 'f4'), 'tokens': numpy.array([e['id'] for e in p], "
    "'i4')}, sys.argv[2], {'vocab_size': sys.argv[3]})\"";

constexpr absl::string_view kImports =
    "python3 -c \"import json, numpy, sys; from safetensors.numpy import "
    "save_file; ";

bool Has(absl::string_view text, absl::string_view key) {
  return absl::StrContains(text, absl::StrCat("\"", key, "\""));
}

// An answer whose tokens have ids, one of the top ones after the other.
Foreign Entries(absl::string_view found, absl::string_view entries,
                absl::string_view in) {
  return {std::string(found),
          absl::StrCat("keep its top tokens as a top-k log, V being the size "
                       "of the vocabulary: ",
                       kImports, entries, kSaveEntries, " ", in,
                       " out.safetensors V")};
}

// An answer of an API. Its tokens may have no ids, and then nothing can be
// replayed.
Foreign Answer(absl::string_view text) {
  if (Has(text, "completion_probabilities")) {
    return Entries("JSON, an answer of llama-server",
                   "p = json.load(open(sys.argv[1]))"
                   "['completion_probabilities']; ",
                   "in.json");
  }
  if (Has(text, "prompt_logprobs") || Has(text, "meta_info")) {
    return {Has(text, "meta_info") ? "JSON, an answer of SGLang"
                                   : "JSON, an answer of vLLM",
            "keep its top tokens as a top-k log: offsets, token_ids, logprobs "
            "and tokens in safetensors (docs: sparse_log.h)"};
  }
  if (Has(text, "id") && Has(text, "top_logprobs")) {
    return Entries("JSON, an answer of an OpenAI-compatible server",
                   "p = json.load(open(sys.argv[1]))['choices'][0]['logprobs']"
                   "['content']; ",
                   "in.json");
  }
  return {"JSON, an answer of a server",
          "its tokens have no ids, so nothing can be replayed: ask for "
          "logprobs from a server that gives ids (llama-server, vLLM), or log "
          "dense logits"};
}

Foreign Json(absl::string_view text) {
  if (absl::StrContains(text, "\"sampler.")) {
    return {"JSON that sampler itself wrote",
            "name the log that it was made from"};
  }
  if (Has(text, "stages") && Has(text, "version")) {
    return {"JSON, a config of this sampler", "give it with --config FILE"};
  }
  if (Has(text, "added_tokens") || Has(text, "vocab")) {
    return {"JSON, a tokenizer", "give it with --vocab-file FILE"};
  }
  if (Has(text, "weight_map")) {
    return {"JSON, the index of safetensors shards",
            "name one of the .safetensors files"};
  }
  for (const absl::string_view key :
       {"choices", "completion_probabilities", "prompt_logprobs", "meta_info",
        "logprobsResult", "logprobs", "top_logprobs"}) {
    if (Has(text, key)) return Answer(text);
  }
  if (absl::StartsWith(text, "[")) {
    return {"JSON, an array",
            "if it holds dense logits: python3 -c \"import json, numpy; "
            "numpy.save('out.npy', numpy.array(json.load(open('in.json')), "
            "'f4'))\""};
  }
  return {"JSON",
          "write its rows of dense logits with numpy.save, or its top tokens "
          "as a top-k log"};
}

// "data: {...}" after "data: {...}".
bool IsEventStream(absl::string_view text) {
  return absl::StartsWith(text, "data:") || absl::StartsWith(text, "event:") ||
         absl::StartsWith(text, ": ");
}

Foreign EventStream(absl::string_view text) {
  constexpr absl::string_view kFound =
      "a stream of server-sent events (SSE), the answer of a server";
  if (!Has(text, "id") || !Has(text, "top_logprobs")) {
    return {std::string(kFound),
            "ask the server for logprobs with token ids, or log dense logits"};
  }
  return Entries(
      kFound,
      "p = [e for l in open(sys.argv[1]) if l.startswith('data: {') for c in "
      "json.loads(l[6:])['choices'] for e in (c.get('logprobs') or "
      "{}).get('content') or []]; ",
      "in.txt");
}

// The first lines hold numbers between one separator.
char SeparatorOf(absl::string_view text) {
  const absl::string_view line = text.substr(0, text.find('\n'));
  for (const char separator : {',', ';', '\t'}) {
    if (std::count(line.begin(), line.end(), separator) > 0) return separator;
  }
  return '\0';
}

bool HoldsNumbers(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           absl::ascii_isspace(static_cast<unsigned char>(c)) ||
           absl::StrContains("+-.,;eEinfaNIF", absl::string_view(&c, 1));
  });
}

Foreign Table(absl::string_view text, char separator) {
  const bool header = !HoldsNumbers(text.substr(0, text.find('\n')));
  const std::string delimiter =
      separator == '\t' ? "\\t" : std::string(1, separator);
  return {separator == '\t' ? "TSV, a table of text" : "CSV, a table of text",
          absl::StrCat("if its rows are dense logits: python3 -c \"import "
                       "numpy; numpy.save('out.npy', numpy.loadtxt('in.csv', "
                       "'f4', delimiter='",
                       delimiter, "'", header ? ", skiprows=1" : "",
                       ", ndmin=2))\"")};
}

}  // namespace

bool IsText(absl::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto byte = static_cast<unsigned char>(head[i]);
    if (byte < 0x80) {
      if (absl::ascii_iscntrl(byte) && !absl::ascii_isspace(byte)) return false;
      continue;
    }
    // A lead byte, and as many continuations as it says; the end may be cut.
    const std::size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4) return false;
    for (std::size_t k = 1; k <= more && i + k < head.size(); ++k) {
      if ((static_cast<unsigned char>(head[i + k]) & 0xc0) != 0x80) {
        return false;
      }
    }
    i += more;
  }
  return true;
}

Foreign ForeignText(absl::string_view head) {
  absl::ConsumePrefix(&head, "\xef\xbb\xbf");
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(head);
  if (text.empty()) return {"nothing but white space", "record it again"};
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    return Json(text);
  }
  if (IsEventStream(text)) return EventStream(text);
  if (absl::StartsWithIgnoreCase(text, "<!doctype") ||
      absl::StartsWithIgnoreCase(text, "<html")) {
    return {"a web page (HTML)",
            "was the download refused? look at the page, then fetch the file "
            "again"};
  }
  if (absl::StartsWith(text, "<?xml")) {
    return {"XML", "write the rows of logits with numpy.save"};
  }
  const char separator = SeparatorOf(text);
  if (separator != '\0') return Table(text, separator);
  if (HoldsNumbers(text)) {
    return {"numbers as text",
            "if they are dense logits, a row a line: python3 -c \"import "
            "numpy; numpy.save('out.npy', numpy.loadtxt('in.txt', 'f4', "
            "ndmin=2))\"; token ids go to --tokens"};
  }
  return {
      absl::StrCat("text (\"",
                   EscapeUnsafe(text.substr(0, 24), Escapes::kBytes), "\")"),
      "a log is an array of numbers: save the rows with numpy.save"};
}

}  // namespace sampler::logs
