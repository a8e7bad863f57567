// SPDX-License-Identifier: Apache-2.0

#include "seal/class_table.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/keep.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"
#include "privet/store.h"
#include "seal/class_terms.h"

namespace privet::seal {
namespace {

absl::Status Disagree(const policy::RetentionClass& retention_class) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the vault knows another class by the number that retention `",
      retention_class.periods.front().id,
      "` makes with what else covers a field; give it another id"));
}

}  // namespace

struct ClassTable::Node {
  Node(policy::RetentionClass a_class, ClassTerms terms)
      : entry{std::move(a_class), std::move(terms)} {}

  Entry entry;
  std::atomic<bool> remembered{false};
  Node* next = nullptr;
};

ClassTable::ClassTable(
    std::shared_ptr<Store> vault,
    std::function<base::Keep(const policy::Period&)> keep_in_force)
    : vault_(std::move(vault)), keep_in_force_(std::move(keep_in_force)) {}

ClassTable::~ClassTable() = default;

ClassTable::Node* ClassTable::Lookup(std::uint32_t retention_class) const {
  Node* node =
      heads_[retention_class % heads_.size()].load(std::memory_order_acquire);
  while (node != nullptr && node->entry.terms.id() != retention_class) {
    node = node->next;
  }
  return node;
}

absl::StatusOr<const ClassTable::Entry*> ClassTable::Find(
    std::uint32_t retention_class) {
  if (const Node* node = Lookup(retention_class)) return &node->entry;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          keys::FindClass(*vault_, retention_class));
  if (!row.has_value()) {
    return absl::DataLossError(
        "sealed record names a retention class that the vault does not know; "
        "it was altered, or belongs to another vault");
  }
  PRIVET_ASSIGN_OR_RETURN(policy::RetentionClass parsed,
                          policy::RetentionClass::Parse(*row));
  if (parsed.id != retention_class) {
    return absl::DataLossError(
        "the vault's row of a retention class is that of another");
  }
  PRIVET_ASSIGN_OR_RETURN(const Node* const node, Insert(parsed));
  return &node->entry;
}

absl::StatusOr<const ClassTable::Entry*> ClassTable::Remember(
    const policy::RetentionClass& retention_class) {
  Node* node = Lookup(retention_class.id);
  if (node == nullptr) {
    PRIVET_ASSIGN_OR_RETURN(node, Insert(retention_class));
  }
  if (!policy::SameClass(node->entry.retention_class, retention_class)) {
    return Disagree(retention_class);
  }
  if (node->remembered.load(std::memory_order_acquire)) return &node->entry;

  PRIVET_ASSIGN_OR_RETURN(const std::string row,
                          keys::RememberClass(*vault_, retention_class.id,
                                              retention_class.Serialize()));
  PRIVET_ASSIGN_OR_RETURN(const policy::RetentionClass known,
                          policy::RetentionClass::Parse(row));
  if (!policy::SameClass(known, retention_class))
    return Disagree(retention_class);
  const keys::SlotKind& slot = node->entry.terms.slot_kind();
  if (!slot.kind.empty()) {
    PRIVET_RETURN_IF_ERROR(keys::RememberSlot(*vault_, slot).status());
  }
  node->remembered.store(true, std::memory_order_release);
  return &node->entry;
}

absl::StatusOr<ClassTable::Node*> ClassTable::Insert(
    const policy::RetentionClass& retention_class) {
  PRIVET_ASSIGN_OR_RETURN(ClassTerms terms,
                          ClassTerms::Make(retention_class, keep_in_force_));
  auto fresh = std::make_unique<Node>(retention_class, std::move(terms));
  const base::MutexLock lock(&mutex_);
  if (Node* node = Lookup(retention_class.id)) return node;
  std::atomic<Node*>& head = heads_[retention_class.id % heads_.size()];
  fresh->next = head.load(std::memory_order_relaxed);
  head.store(fresh.get(), std::memory_order_release);
  nodes_.push_back(std::move(fresh));
  return nodes_.back().get();
}

}  // namespace privet::seal
