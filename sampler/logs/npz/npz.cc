#include "sampler/logs/npz/npz.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/logs/files/scratch_file.h"
#include "sampler/logs/formats/npy_header.h"
#include "sampler/logs/npz/inflate.h"
#include "sampler/logs/npz/zip_directory.h"

namespace sampler::logs {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

// What safetensors calls an element type of NumPy.
struct ElementType {
  const char* descr;  // Without the byte order.
  const char* name;
  std::size_t width;
};
constexpr ElementType kElementTypes[] = {
    {"f4", "F32", 4}, {"f2", "F16", 2}, {"f8", "F64", 8}, {"V2", "BF16", 2},
    {"i4", "I32", 4}, {"i8", "I64", 8}, {"u1", "U8", 1},  {"b1", "BOOL", 1}};

const ElementType* TypeOf(const std::string& descr) {
  for (const ElementType& type : kElementTypes) {
    if (descr.size() == 3 && descr.substr(1) == type.descr) return &type;
  }
  return nullptr;
}

// Gives the bytes of a member, piece by piece.
class MemberReader {
 public:
  MemberReader(const InputFile& file, const ZipMember& member)
      : file_(file), member_(member) {}

  absl::Status Read(absl::FunctionRef<absl::Status(Bytes8)> write) {
    if (member_.deflated) return Inflate([&] { return Next(); }, write);
    while (true) {
      const auto piece = Next();
      if (!piece.ok()) return piece.status();
      if (piece->empty()) return absl::OkStatus();
      absl::Status status = write(*piece);
      if (!status.ok()) return status;
    }
  }

 private:
  absl::StatusOr<Bytes8> Next() {
    const std::int64_t left = member_.stored - done_;
    const auto count = std::min<std::int64_t>(left, kPiece);
    buffer_.resize(static_cast<std::size_t>(count));
    if (count == 0) return Bytes8();
    absl::Status status =
        file_.Read(member_.offset + done_, absl::MakeSpan(buffer_));
    if (!status.ok()) return status;
    done_ += count;
    return Bytes8(buffer_);
  }

  const InputFile& file_;
  const ZipMember& member_;
  std::int64_t done_ = 0;
  std::vector<unsigned char> buffer_;
};

// An array of the archive, by its header.
struct Array {
  const ZipMember* member = nullptr;
  std::string name;
  NpyHeader header;
  std::string type;        // Of safetensors; U8 for what has none.
  std::size_t width = 1;   // Of an element.
  std::int64_t bytes = 0;  // Of its data.
  bool big_endian = false;
};

absl::Status InMember(const InputFile& file, const ZipMember& member,
                      const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(file.path(), ": member \"", member.name,
                                   "\": ", status.message()));
}

// The first bytes of a member, so many that its header is among them.
absl::StatusOr<std::vector<unsigned char>> HeadOf(const InputFile& file,
                                                  const ZipMember& member) {
  std::vector<unsigned char> head;
  const absl::Status enough = absl::CancelledError();
  absl::Status status = MemberReader(file, member).Read([&](Bytes8 bytes) {
    head.insert(head.end(), bytes.begin(), bytes.end());
    return std::ssize(head) >= kMostNpyHeaderBytes ? enough : absl::OkStatus();
  });
  if (!status.ok() && status != enough) return InMember(file, member, status);
  return head;
}

absl::StatusOr<Array> DescribeArray(const InputFile& file,
                                    const ZipMember& member) {
  const auto head = HeadOf(file, member);
  if (!head.ok()) return head.status();
  Array array;
  array.member = &member;
  array.name = std::string(absl::StripSuffix(member.name, ".npy"));
  auto header =
      ParseNpyHeader(absl::StrCat(file.path(), ", ", member.name), *head);
  if (!header.ok()) return header.status();
  array.header = *std::move(header);
  const auto elements = CheckedProduct(array.header.shape);
  array.bytes =
      member.size - static_cast<std::int64_t>(array.header.data_offset);
  const ElementType* const type = TypeOf(array.header.descr);
  const bool fits =
      type != nullptr && elements.has_value() &&
      CheckedMultiply(*elements, static_cast<std::int64_t>(type->width)) ==
          array.bytes;
  if (type != nullptr && !fits) {
    return InvalidLog(
        {file.path(), absl::StrCat("member \"", member.name, "\""),
         absl::StrCat(array.bytes, " bytes of data"),
         absl::StrCat("those of shape ",
                      ShapeText(absl::MakeConstSpan(array.header.shape))),
         "the archive is damaged: write it again"});
  }
  // Transposed numbers are no log, and an unknown element is none.
  const bool transposed =
      array.header.fortran_order && array.header.shape.size() > 1;
  if (type == nullptr || transposed || array.header.shape.empty()) {
    array.type = "U8";
    array.header.shape = {array.bytes};
    if (transposed) array.name += " (in Fortran order)";
    return array;
  }
  array.type = type->name;
  array.width = type->width;
  array.big_endian = array.header.descr[0] == '>';
  return array;
}

// The header of the safetensors file.
std::string HeaderOf(const std::vector<Array>& arrays) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::int64_t at = 0;
  for (const Array& array : arrays) {
    json[array.name] = {{"dtype", array.type},
                        {"shape", array.header.shape},
                        {"data_offsets", {at, at + array.bytes}}};
    at += array.bytes;
  }
  const std::string text = json.dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string header(8, '\0');
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  }
  return header + text;
}

Bytes8 BytesOf(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

// Copies the data of an array, in little-endian order.
absl::Status CopyArray(const InputFile& file, const Array& array,
                       ScratchFile& scratch) {
  auto skip = static_cast<std::int64_t>(array.header.data_offset);
  std::int64_t copied = 0;
  std::vector<unsigned char> element;  // A part of one, at a piece's end.
  absl::Status status =
      MemberReader(file, *array.member).Read([&](Bytes8 bytes) {
        const auto skipped = std::min<std::int64_t>(skip, std::ssize(bytes));
        bytes.remove_prefix(static_cast<std::size_t>(skipped));
        skip -= skipped;
        copied += std::ssize(bytes);
        if (copied > array.bytes) {
          return absl::InvalidArgumentError("more bytes than it should have");
        }
        if (!array.big_endian) return scratch.Write(bytes);
        element.insert(element.end(), bytes.begin(), bytes.end());
        const std::size_t whole = element.size() / array.width * array.width;
        for (std::size_t i = 0; i < whole; i += array.width) {
          const auto at = element.begin() + static_cast<std::ptrdiff_t>(i);
          std::reverse(at, at + static_cast<std::ptrdiff_t>(array.width));
        }
        absl::Status written =
            scratch.Write(absl::MakeConstSpan(element).first(whole));
        element.erase(element.begin(),
                      element.begin() + static_cast<std::ptrdiff_t>(whole));
        return written;
      });
  if (!status.ok()) return InMember(file, *array.member, status);
  if (copied == array.bytes) return absl::OkStatus();
  return InMember(file, *array.member,
                  absl::InvalidArgumentError(absl::StrCat(
                      copied, " bytes of data, want ", array.bytes)));
}

}  // namespace

bool LooksLikeNpz(absl::Span<const unsigned char> head) {
  constexpr std::size_t kName = 30;
  if (head.size() < kName || head[0] != 'P' || head[1] != 'K' || head[2] != 3 ||
      head[3] != 4) {
    return false;
  }
  const std::size_t length = LoadLittle<std::uint16_t>(head.data() + 26);
  if (head.size() < kName + length) return false;
  const absl::string_view name(
      reinterpret_cast<const char*>(head.data() + kName), length);
  return absl::EndsWith(name, ".npy");
}

absl::StatusOr<InputFile> UnpackNpz(const InputFile& file) {
  const auto members = ReadZipDirectory(file);
  if (!members.ok()) return members.status();
  std::vector<Array> arrays;
  std::set<std::string> names;
  for (const ZipMember& member : *members) {
    if (!absl::EndsWith(member.name, ".npy")) continue;
    auto array = DescribeArray(file, member);
    if (!array.ok()) return array.status();
    if (!names.insert(array->name).second) {
      return InvalidLog({file.path(),
                         absl::StrCat("member \"", member.name, "\""),
                         "a second one of this name", "names that differ",
                         "the archive is damaged: write it again"});
    }
    arrays.push_back(*std::move(array));
  }
  auto scratch = ScratchFile::Create(file.path());
  if (!scratch.ok()) return scratch.status();
  absl::Status status = scratch->Write(BytesOf(HeaderOf(arrays)));
  for (const Array& array : arrays) {
    if (!status.ok()) return status;
    status = CopyArray(file, array, *scratch);
  }
  if (!status.ok()) return status;
  return scratch->Open();
}

}  // namespace sampler::logs
