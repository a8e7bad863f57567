// SPDX-License-Identifier: Apache-2.0

#include "privet/policy.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "policy/check.h"
#include "policy/checking.h"
#include "policy/lint.h"
#include "policy/located.h"
#include "policy/nearest.h"
#include "policy/policy_access.h"
#include "policy/reader.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet {

using policy::Checking;
using policy::Kind;

// What a policy was made from, and what it became.
class Policy::Impl {
 public:
  Impl(std::shared_ptr<const v1::Policy> of, policy::SourceText text,
       policy::SyntaxTree written, bool has_text)
      : message(std::move(of)),
        source(std::move(text)),
        tree(std::move(written)),
        from_text(has_text),
        names(*message, none) {}

  policy::Origin origin() const {
    return from_text ? policy::Origin{&source, &tree} : policy::Origin{};
  }

  // Returns a copy of `text` that lives as long as this.
  std::string_view Keep(std::string_view text) const {
    const base::MutexLock lock(&mutex_);
    return *kept_.insert(std::string(text)).first;
  }

  const std::shared_ptr<const v1::Policy> message;
  const policy::SourceText source;
  const policy::SyntaxTree tree;
  const bool from_text;
  const policy::Incomplete none;
  const Checking names;  // for look-ups only
  std::shared_ptr<const policy::Snapshot> snapshot;

 private:
  mutable base::Mutex mutex_;
  mutable std::set<std::string> kept_;  // codes of places that were looked up
};

namespace {

// Blocks of a policy of which something could not be read.
class Damage {
 public:
  Damage(const policy::SourceText& source, const policy::SyntaxTree& tree,
         const v1::Policy& message,
         const std::vector<policy::TextError>& errors)
      : tree_(tree), message_(message) {
    for (const policy::TextError& error : errors) {
      if (!MarkBlock(error.range.begin)) MarkKind(source.At(error.range));
    }
  }

  // Kinds of which a name may be declared that was not read.
  const policy::Incomplete& incomplete() const { return incomplete_; }

  // Whether a finding would only echo what could not be read.
  bool Hides(const policy::Finding& finding) const {
    if (finding.path.empty()) return !blocks_.empty() || !incomplete_.empty();
    return blocks_.count(finding.path[0]) > 0;
  }

 private:
  bool MarkBlock(std::uint32_t offset) {
    for (std::uint32_t at = tree_.nodes[0].first_child; at != 0;
         at = tree_.nodes[at].next_sibling) {
      const policy::SyntaxNode& node = tree_.nodes[at];
      if (offset < node.name.begin || offset > node.value.end) continue;
      const policy::FieldStep step(node.field->number(), node.index);
      blocks_.insert(step);
      if (!HasName(step)) incomplete_.insert(step.number);
      return true;
    }
    return false;
  }

  bool HasName(const policy::FieldStep& step) const {
    const auto* field =
        v1::Policy::descriptor()->FindFieldByNumber(step.number);
    if (!field->is_repeated() ||
        field->cpp_type() !=
            google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      return true;
    }
    // Not set at all where a limit ended the reading.
    const auto* const reflection = v1::Policy::GetReflection();
    if (step.index >= reflection->FieldSize(message_, field)) return false;
    const google::protobuf::Message& block =
        reflection->GetRepeatedMessage(message_, field, step.index);
    for (const char* name : {"id", "type"}) {
      const auto* id = block.GetDescriptor()->FindFieldByName(name);
      if (id == nullptr) continue;
      return !block.GetReflection()->GetString(block, id).empty();
    }
    return true;
  }

  // Outside of any block that was read: one whose name was mistyped, or
  // anything at all.
  void MarkKind(std::string_view name) {
    const auto& type = *v1::Policy::descriptor();
    const std::vector<std::string> names = policy::FieldNames(type);
    const std::string nearest(
        policy::Nearest(name, {names.begin(), names.end()}));
    for (int i = 0; i < type.field_count(); ++i) {
      const bool meant = nearest == std::string(type.field(i)->name());
      if (nearest.empty() || meant) incomplete_.insert(type.field(i)->number());
    }
  }

  const policy::SyntaxTree& tree_;
  const v1::Policy& message_;
  std::set<policy::FieldStep> blocks_;
  policy::Incomplete incomplete_;
};

absl::Status Refuse(Diagnostics diagnostics, Diagnostics* errors) {
  policy::SortDiagnostics(&diagnostics);
  const std::string text = policy::ToText(diagnostics);
  if (errors != nullptr) *errors = std::move(diagnostics);
  return absl::InvalidArgumentError(text);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    const std::string text = absl::StrCat("policy ", policy::Quoted(path), ": ",
                                          std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(text)
                           : absl::UnavailableError(text);
  }
  std::string text;
  char part[16'384];
  // Goes on past the limit a little, so that too much is seen to be too much.
  while (text.size() <= policy::kMostBytes) {
    const std::size_t read = std::fread(part, 1, sizeof(part), file);
    if (read == 0) break;
    text.append(part, read);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  std::fclose(file);
  if (failed) {
    return absl::UnavailableError(absl::StrCat("policy ", policy::Quoted(path),
                                               ": ", std::strerror(error)));
  }
  return text;
}

// Looks `name` up; the id's text is the policy's own.
template <typename AnyId>
absl::StatusOr<AnyId> FindId(const Checking& names, Kind kind,
                             std::string_view name) {
  const int index = names.Find(kind, name);
  if (index >= 0 && !names.IsGroup(kind, name)) {
    const std::vector<std::string_view>& all = names.Names(kind);
    for (const std::string_view known : all) {
      if (known == name) return AnyId::FromText(known);
    }
  }
  const policy::Incomplete none;
  Checking look_up(names.policy(), none);
  look_up.Refer(kind, name, {}, policy::Group::kNo);
  if (look_up.findings().empty()) {
    return absl::NotFoundError(absl::StrCat(policy::View(policy::WordOf(kind)),
                                            " ", policy::Quoted(name),
                                            " is not declared by the policy"));
  }
  const policy::Finding& finding = look_up.findings().front();
  return absl::NotFoundError(
      absl::StrCat(finding.message, "; ", finding.remedy));
}

}  // namespace

namespace policy {

const std::shared_ptr<const Snapshot>& PolicyAccess::SnapshotOf(
    const Policy& policy) {
  return policy.impl_->snapshot;
}

const v1::Policy& PolicyAccess::MessageOf(const Policy& policy) {
  return *policy.impl_->message;
}

}  // namespace policy

Policy::Policy(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

absl::StatusOr<Policy> Policy::Finish(std::shared_ptr<Impl> impl,
                                      Diagnostics* errors) {
  policy::Findings findings;
  auto snapshot = policy::Snapshot::Compile(impl->message, &findings);
  if (!snapshot.ok()) {
    Diagnostics diagnostics;
    for (const policy::Finding& finding : findings) {
      diagnostics.push_back(policy::Locate(finding, impl->origin()));
    }
    if (diagnostics.empty()) return snapshot.status();
    return Refuse(std::move(diagnostics), errors);
  }
  impl->snapshot = *std::move(snapshot);
  return Policy(std::move(impl));
}

absl::StatusOr<Policy> Policy::Load(std::string_view path,
                                    Diagnostics* errors) {
  absl::StatusOr<std::string> text = ReadFile(std::string(path));
  if (!text.ok()) return text.status();
  return Parse(*text, path, errors);
}

absl::StatusOr<Policy> Policy::Parse(std::string_view text,
                                     std::string_view name,
                                     Diagnostics* errors) {
  policy::SourceText source{std::string(name), std::string(text)};
  policy::TextErrors text_errors;
  auto message = std::make_shared<v1::Policy>();
  policy::SyntaxTree tree =
      policy::Read(source, *v1::Policy::descriptor(), &text_errors);
  // What a limit cut off is not looked at further.
  if (!tree.cut) policy::SetMessage(tree, message.get(), &text_errors);

  Diagnostics diagnostics;
  const std::vector<policy::TextError> sorted = text_errors.Sorted();
  for (const policy::TextError& error : sorted) {
    diagnostics.push_back(policy::Locate(error, source));
  }
  const bool nothing_read =
      tree.cut || (tree.nodes.size() == 1 && !sorted.empty());
  const Damage damage(source, tree, *message, sorted);
  if (!nothing_read) {
    for (const policy::Finding& finding :
         policy::Check(*message, damage.incomplete())) {
      if (damage.Hides(finding)) continue;
      diagnostics.push_back(policy::Locate(finding, {&source, &tree}));
    }
  }
  if (!diagnostics.empty()) return Refuse(std::move(diagnostics), errors);
  return Finish(std::make_shared<Impl>(std::move(message), std::move(source),
                                       std::move(tree), true),
                errors);
}

absl::StatusOr<Policy> Policy::Compile(const v1::Policy& policy,
                                       Diagnostics* errors) {
  Diagnostics diagnostics;
  for (const policy::Finding& finding : policy::Check(policy)) {
    diagnostics.push_back(policy::Locate(finding, {}));
  }
  if (!diagnostics.empty()) return Refuse(std::move(diagnostics), errors);
  return Finish(std::make_shared<Impl>(std::make_shared<v1::Policy>(policy),
                                       policy::SourceText("", ""),
                                       policy::SyntaxTree(), false),
                errors);
}

absl::StatusOr<PurposeId> Policy::FindPurpose(std::string_view name) const {
  return FindId<PurposeId>(impl_->names, Kind::kPurpose, name);
}
absl::StatusOr<RecipientId> Policy::FindRecipient(std::string_view name) const {
  return FindId<RecipientId>(impl_->names, Kind::kRecipient, name);
}
absl::StatusOr<ActorId> Policy::FindActor(std::string_view name) const {
  return FindId<ActorId>(impl_->names, Kind::kActor, name);
}
absl::StatusOr<RegionId> Policy::FindRegion(std::string_view name) const {
  if (policy::IsPlaceCode(name)) {
    return RegionId::FromText(impl_->Keep(name));
  }
  return FindId<RegionId>(impl_->names, Kind::kRegion, name);
}
absl::StatusOr<CategoryId> Policy::FindCategory(std::string_view name) const {
  return FindId<CategoryId>(impl_->names, Kind::kCategory, name);
}
absl::StatusOr<EventId> Policy::FindEvent(std::string_view name) const {
  return FindId<EventId>(impl_->names, Kind::kEvent, name);
}

std::string_view Policy::id() const { return impl_->message->id(); }
std::uint32_t Policy::version() const { return impl_->message->version(); }

std::string Policy::Serialize() const {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    impl_->message->SerializeToCodedStream(&out);
  }
  return bytes;
}

Diagnostics Policy::Lint() const {
  Diagnostics diagnostics;
  for (const policy::Finding& finding : policy::Lint(*impl_->message)) {
    diagnostics.push_back(policy::Locate(finding, impl_->origin()));
  }
  policy::SortDiagnostics(&diagnostics);
  return diagnostics;
}

}  // namespace privet
