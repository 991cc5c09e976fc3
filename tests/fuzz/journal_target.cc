// Bytes as journals of loggers, and records with checksums that hold.

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/journal/journal.h"
#include "sampler/logs/journal/journal_record.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/log.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

using logs::RecordHeader;
using logs::RecordType;

void Add(Bytes bytes, std::vector<std::uint8_t>& journal) {
  journal.insert(journal.end(), bytes.begin(), bytes.end());
}

void AddRecord(RecordHeader header, Bytes payload,
               std::vector<std::uint8_t>& journal) {
  header.payload = payload.size();
  header.checksum = logs::ChecksumOf(header, {payload});
  Add(logs::AsBytes(absl::MakeConstSpan(&header, 1)), journal);
  Add(payload, journal);
}

// A header of a byte for each field, and a payload of as many bytes as the last
// one says.
void AddAnyRecord(ByteSource& source, std::vector<std::uint8_t>& journal) {
  RecordHeader header;
  header.type = static_cast<RecordType>(source.Below(9));
  header.sequence = static_cast<std::uint32_t>(source.Below(4));
  header.token = static_cast<TokenId>(source.Byte()) - 1;
  header.source_dtype = static_cast<std::uint32_t>(source.Below(5));
  const std::uint64_t entries = source.Byte();
  header.entries = logs::PackEntries(entries, source.Below(6));
  AddRecord(header, source.Take(source.Byte()), journal);
  // Now and then something stands between the records.
  if (source.Below(16) == 15) Add(source.Take(source.Below(64)), journal);
}

std::vector<std::uint8_t> Journal(ByteSource& source) {
  std::vector<std::uint8_t> journal;
  Add({reinterpret_cast<const std::uint8_t*>(logs::kJournalMagic),
       logs::kJournalMagicBytes},
      journal);
  const Bytes options = source.Take(source.Byte());
  AddRecord({}, options, journal);
  AddRecord({}, options, journal);
  while (!source.empty()) AddAnyRecord(source, journal);
  return journal;
}

}  // namespace

// First byte odd: the rest is the file. Even: the size of its options, these,
// and its records.
void FuzzJournal(Bytes input) {
  ByteSource source(input);
  const bool whole = source.Maybe();
  std::vector<std::uint8_t> made;
  if (!whole) made = Journal(source);
  const MemoryFile journal(whole ? source.Rest() : Bytes(made));
  const std::string path = EmptyFolder() + "/log.safetensors";
  const auto recovered =
      logs::RecoverLog(journal.path(), path, logs::Overwrite::kNo);
  const auto log = logs::Log::Open(path);
  if (!recovered.ok()) {
    Require(absl::IsNotFound(log.status()),
            "a journal that is not recovered leaves no log");
    return;
  }
  Require(log.ok(), absl::StrCat("a recovered log can be read; ",
                                 log.status().ToString()));
  Require((*log)->rows() == recovered->rows, "a log has the recovered rows");
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
    Require((*log)->Row(r, buffer).ok(), "a recovered row can be read");
    Require((*log)->Mask(r, buffer).ok(), "a recovered mask can be read");
  }
}

}  // namespace sampler::fuzz
