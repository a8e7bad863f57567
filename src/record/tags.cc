// SPDX-License-Identifier: Apache-2.0

#include "record/tags.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "record/wire.h"

namespace privet::record {
namespace {

constexpr std::uint32_t kDebugRedact = 16;  // its number in FieldOptions

// Options of a pool of its own may hold ours as unknown fields: read their
// bytes with what is linked.
template <typename Options>
Options Reread(const Options& options) {
  Options read;
  // Never fails: the bytes are those of the same message.
  static_cast<void>(read.ParsePartialFromString(options.SerializeAsString()));
  return read;
}

// An index may be said in one of the two places; a field says all the rest.
bool SameTag(const v1::FieldTag& a, const v1::FieldTag& b) {
  const auto sorted = [](const v1::FieldTag& tag) {
    std::vector<std::string> names(tag.categories().begin(),
                                   tag.categories().end());
    std::sort(names.begin(), names.end());
    return names;
  };
  const bool same_index =
      !a.has_index() || !b.has_index() ||
      a.index().SerializeAsString() == b.index().SerializeAsString();
  return same_index && a.public_() == b.public_() && sorted(a) == sorted(b);
}

// Takes `said` into `*value`, unless something else stands there.
bool Agree(const std::string& said, std::string* value) {
  if (said.empty() || said == *value) return true;
  if (!value->empty()) return false;
  *value = said;
  return true;
}

}  // namespace

TagReader::TagReader(const Rules& rules,
                     const google::protobuf::Descriptor* type)
    : rules_(rules),
      type_(type),
      declared_(rules.FindRecord(std::string(type->full_name()))) {
  if (declared_ == nullptr) return;
  for (const v1::Field& field : declared_->field()) {
    paths_[field.path()].field = &field;
  }
}

RecordTags TagReader::ReadRecord(std::vector<std::string>* errors) const {
  RecordTags tags;
  const google::protobuf::MessageOptions options = Reread(type_->options());
  if (options.HasExtension(v1::record)) {
    const v1::RecordTag& said = options.GetExtension(v1::record);
    tags.subject = said.subject();
    tags.subject_kind = said.subject_kind();
    tags.created = said.created();
    tags.split = said.split();
  }
  if (declared_ == nullptr) return tags;
  if (!Agree(declared_->subject(), &tags.subject) ||
      !Agree(declared_->subject_kind(), &tags.subject_kind) ||
      !Agree(declared_->created(), &tags.created)) {
    errors->push_back(
        "the policy and the option of the message disagree on subject, "
        "subject_kind or created; say it in one place");
  }
  if (declared_->split() != v1::Record::BY_FATE) {
    tags.split = declared_->split();
  }
  return tags;
}

std::optional<v1::FieldTag> TagReader::FromPolicy(const std::string& path) {
  const auto it = paths_.find(path);
  if (it == paths_.end()) return std::nullopt;
  it->second.used = true;
  const v1::Field& field = *it->second.field;
  v1::FieldTag tag;
  *tag.mutable_categories() = field.categories();
  tag.set_public_(field.public_());
  if (field.has_index()) *tag.mutable_index() = field.index();
  tag.set_pad(field.pad());
  tag.set_about(field.about());
  return tag;
}

std::optional<Tag> TagReader::Resolve(const v1::FieldTag& said,
                                      const std::string& path,
                                      std::vector<std::string>* errors,
                                      bool* unsupported) const {
  Tag tag;
  const auto fail = [&](absl::string_view what) {
    errors->push_back(absl::StrCat("field `", path, "`: ", what));
  };
  for (const bool later : {said.pad(), !said.about().empty()}) {
    if (later) *unsupported = true;
  }
  if (said.pad()) fail("`pad` is not supported yet; leave it out");
  if (!said.about().empty()) {
    fail(
        "`about` is not supported yet; records about several people come "
        "later");
  }
  if (said.has_index()) tag.index = said.index();
  tag.is_public = said.public_();
  if (said.public_() && !said.categories().empty()) {
    fail("is tagged public and with categories; say one of them");
  }
  if (!said.public_() && said.categories().empty()) {
    if (said.has_index()) fail("has an index, and no categories beside it");
    return std::nullopt;
  }
  for (const std::string& name : said.categories()) {
    const absl::StatusOr<policy::Category> category = rules_.FindCategory(name);
    if (!category.ok()) {
      errors->push_back(
          absl::StrCat("field `", path, "`: ", category.status().message()));
      continue;
    }
    if (tag.categories.empty()) tag.first = *category;
    tag.categories.push_back(*category);
  }
  if (tag.categories.empty()) tag.is_public = true;
  std::sort(tag.categories.begin(), tag.categories.end());
  tag.categories.erase(
      std::unique(tag.categories.begin(), tag.categories.end()),
      tag.categories.end());
  return tag;
}

std::optional<Tag> TagReader::ReadOwn(
    const google::protobuf::FieldDescriptor& field, const std::string& path,
    std::vector<std::string>* errors, bool* unsupported) {
  const google::protobuf::FieldOptions options = Reread(field.options());
  std::optional<v1::FieldTag> said = FromPolicy(path);
  if (options.HasExtension(v1::field)) {
    v1::FieldTag own = options.GetExtension(v1::field);
    if (said && !SameTag(*said, own)) {
      errors->push_back(absl::StrCat(
          "field `", path,
          "`: the policy and the option of the field disagree; say it in one "
          "place"));
    }
    if (said && said->has_index()) *own.mutable_index() = said->index();
    said = std::move(own);
  }
  if (!said) return std::nullopt;
  return Resolve(*said, path, errors, unsupported);
}

std::optional<Tag> TagReader::ReadPath(const std::string& path,
                                       std::vector<std::string>* errors,
                                       bool* unsupported) {
  const std::optional<v1::FieldTag> said = FromPolicy(path);
  if (!said) return std::nullopt;
  return Resolve(*said, path, errors, unsupported);
}

std::optional<Tag> TagReader::ReadAll(
    const google::protobuf::Descriptor& message, const std::string& path,
    std::vector<std::string>* errors, bool* unsupported) const {
  const google::protobuf::MessageOptions options = Reread(message.options());
  if (!options.HasExtension(v1::all)) return std::nullopt;
  return Resolve(options.GetExtension(v1::all), path, errors, unsupported);
}

std::vector<std::string> TagReader::UnusedPaths() const {
  std::vector<std::string> unused;
  for (const auto& [path, said] : paths_) {
    if (!said.used) unused.push_back(path);
  }
  return unused;
}

bool IsRedacted(const google::protobuf::FieldDescriptor& field) {
  // Debian's protobuf does not know the option: look at the bytes.
  const std::string bytes = field.options().SerializeAsString();
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  while (p != end) {
    std::uint64_t tag = 0;
    p = ReadVarint(p, end, &tag);
    if (p == nullptr) return false;
    if (tag == (kDebugRedact << 3 | kWireVarint)) {
      return ReadVarint(p, end, &tag) != nullptr && tag != 0;
    }
    Fault fault = Fault::kNone;
    p = SkipUnknown(p, end, static_cast<std::uint32_t>(tag), 0, &fault);
    if (p == nullptr) return false;
  }
  return false;
}

}  // namespace privet::record
