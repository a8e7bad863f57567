// SPDX-License-Identifier: Apache-2.0

#include "policy/contexts.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

constexpr std::size_t kFirstTable = 64;

absl::Status NotAsked(std::string_view operation, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(View(operation), " names no ", View(what)));
}

}  // namespace

Contexts::Contexts(Model* model) : model_(model) {
  for (std::uint32_t code = 0; code < model_->places.size(); ++code) {
    if (code == Places::kElsewhere) continue;
    region_by_hash_.emplace(
        RegionId::FromText(model_->places.NameOf(code)).hash(), code);
  }
  for (const ActorInfo& actor : model_->actor) {
    for (const std::string_view type : actor.stores) {
      const auto next = static_cast<std::uint32_t>(stored_types_.size());
      if (stored_type_index_.emplace(type, next).second) {
        stored_types_.push_back(type);
      }
    }
  }
  const base::MutexLock lock(&lock_);
  tables_.push_back(std::make_unique<Table>(kFirstTable));
  table_.store(tables_.back().get(), std::memory_order_release);
}

Contexts::~Contexts() = default;

std::size_t Contexts::HashOf(const ContextKey& key) {
  return absl::Hash<std::tuple<int, std::uint32_t, std::uint32_t, std::uint32_t,
                               std::uint32_t, std::uint32_t>>()(
      {static_cast<int>(key.operation), key.actor, key.purpose, key.recipient,
       key.region, key.record_type});
}

const Context* Contexts::Look(const Table& table, const ContextKey& key) {
  const std::size_t mask = table.slots.size() - 1;
  for (std::size_t i = HashOf(key);; ++i) {
    const Context* context =
        table.slots[i & mask].load(std::memory_order_acquire);
    if (context == nullptr || context->key_ == key) return context;
  }
}

void Contexts::Put(const Context* context, Table* table) {
  const std::size_t mask = table->slots.size() - 1;
  std::size_t i = HashOf(context->key_);
  while (table->slots[i & mask].load(std::memory_order_relaxed) != nullptr) ++i;
  table->slots[i & mask].store(context, std::memory_order_release);
}

absl::StatusOr<std::uint32_t> Contexts::RegionOf(RegionId region) const {
  const auto found = region_by_hash_.find(region.hash());
  if (found != region_by_hash_.end()) return found->second;
  return model_->places.Find(region.text());
}

std::uint32_t Contexts::StoredType(std::uint32_t actor,
                                   std::string_view record_type) const {
  const Names::Entry* record = model_->records.Find(record_type);
  for (const std::string_view type : model_->actor[actor].stores) {
    const bool is_it =
        type == record_type ||
        (record != nullptr && model_->records.Find(type) == record);
    if (is_it) return stored_type_index_.at(type);
  }
  return ContextKey::kNone;
}

absl::StatusOr<ContextKey> Contexts::KeyOf(Operation operation, ActorId actor,
                                           PurposeId purpose,
                                           RecipientId recipient,
                                           RegionId region,
                                           std::string_view record_type) const {
  ContextKey key;
  key.operation = operation;
  PRIVET_ASSIGN_OR_RETURN(key.actor,
                          model_->actors.FindLeaf(actor.hash(), actor.text()));
  if (operation == Operation::kStore) {
    if (purpose) return NotAsked("a store", "purpose");
    key.record_type = StoredType(key.actor, record_type);
  } else {
    PRIVET_ASSIGN_OR_RETURN(
        key.purpose, model_->purposes.FindLeaf(purpose.hash(), purpose.text()));
  }
  if (operation == Operation::kShare) {
    PRIVET_ASSIGN_OR_RETURN(
        key.recipient,
        model_->recipients.FindLeaf(recipient.hash(), recipient.text()));
    if (!region) return key;
  } else if (recipient) {
    return NotAsked(operation == Operation::kStore ? "a store" : "a use",
                    "recipient");
  }
  PRIVET_ASSIGN_OR_RETURN(key.region, RegionOf(region));
  return key;
}

absl::StatusOr<const Context*> Contexts::Find(Operation operation,
                                              ActorId actor, PurposeId purpose,
                                              RecipientId recipient,
                                              RegionId region,
                                              std::string_view record_type) {
  PRIVET_ASSIGN_OR_RETURN(
      const ContextKey key,
      KeyOf(operation, actor, purpose, recipient, region, record_type));
  const Context* context = Look(*table_.load(std::memory_order_acquire), key);
  if (context != nullptr) return context;
  const base::MutexLock lock(&lock_);
  context = Look(*tables_.back(), key);
  if (context != nullptr) return context;
  return Make(key);
}

absl::StatusOr<const Column*> Contexts::ColumnOf(const Request& request) {
  const ColumnKey key(request.operation, request.actor, request.purpose,
                      request.recipient, request.region);
  auto known = columns_.find(key);
  if (known == columns_.end()) {
    known = columns_.emplace(key, Column::Build(model_, request, &lock_)).first;
  }
  if (!known->second.ok()) return known->second.status();
  return known->second->get();
}

absl::StatusOr<const Context*> Contexts::Make(const ContextKey& key) {
  Request request{key.operation, key.actor, key.purpose, key.recipient,
                  Names::kNone};
  const bool is_share = key.operation == Operation::kShare;
  if (key.operation == Operation::kStore) request.actor = Names::kNone;
  if (!is_share) request.region = model_->data_regions.ClassOf(key.region);
  PRIVET_ASSIGN_OR_RETURN(const Column* column, ColumnOf(request));

  std::unique_ptr<Context> context(new Context());
  context->key_ = key;
  context->operation_ = key.operation;
  context->column_ = column;
  context->leaves_ = column->leaves();
  context->category_count_ =
      static_cast<std::uint32_t>(model_->category_count());
  context->actor_ = model_->actors.LeafAt(key.actor).id;
  if (key.purpose != ContextKey::kNone) {
    context->purpose_ = model_->purposes.LeafAt(key.purpose).id;
  }
  if (key.recipient != ContextKey::kNone) {
    context->recipient_ = model_->recipients.LeafAt(key.recipient).id;
  }
  if (key.region != ContextKey::kNone) {
    context->region_ = model_->places.NameOf(key.region);
  }
  if (key.operation == Operation::kStore) {
    context->may_not_store_ = key.record_type == ContextKey::kNone;
    // Without categories every decision is a denial.
    if (context->may_not_store_) context->category_count_ = 0;
    if (!context->may_not_store_) {
      context->record_type_ = stored_types_[key.record_type];
    }
  }
  const Context* made = context.get();
  contexts_.push_back(std::move(context));
  if (2 * contexts_.size() > tables_.back()->slots.size()) {
    // Readers may still be in the old table: it stays.
    auto table = std::make_unique<Table>(4 * tables_.back()->slots.size());
    for (const auto& each : contexts_) Put(each.get(), table.get());
    tables_.push_back(std::move(table));
    table_.store(tables_.back().get(), std::memory_order_release);
  } else {
    Put(made, tables_.back().get());
  }
  return made;
}

}  // namespace privet::policy
