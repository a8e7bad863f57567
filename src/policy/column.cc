// SPDX-License-Identifier: Apache-2.0

#include "policy/column.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

}  // namespace

Leaves::~Leaves() {
  for (const std::atomic<Leaf*>& chunk : chunks_) {
    delete[] chunk.load(std::memory_order_relaxed);
  }
}

Node Leaves::Add(const std::vector<Leaf>& lines) {
  const auto count = static_cast<std::uint32_t>(lines.size());
  // All lie in one chunk; what is left of the last one stays empty.
  std::uint32_t chunk = PlaceOf(size_).first;
  if (PlaceOf(size_ + count - 1).first != chunk) {
    size_ = kFirst * ((std::uint32_t{2} << chunk) - 1);
    ++chunk;
  }
  const Node node = size_;
  const std::uint32_t index = PlaceOf(node).second;
  size_ += count;
  Leaf* leaves = chunks_[chunk].load(std::memory_order_relaxed);
  if (leaves == nullptr) {
    leaves = new Leaf[std::size_t{kFirst} << chunk];
    chunks_[chunk].store(leaves, std::memory_order_release);
  }
  std::copy(lines.begin(), lines.end(), leaves + index);
  return node;
}

absl::StatusOr<std::unique_ptr<Column>> Column::Build(Model* model,
                                                      const Request& request,
                                                      base::Mutex* lock) {
  std::unique_ptr<Column> column(new Column(model, request, lock));
  PRIVET_ASSIGN_OR_RETURN(column->functions_,
                          Functions::Make(model, request, {}));
  column->leaves_.Add({Leaf{}});  // kDeniedNode
  column->by_function_[{Diagram::Number(Forms::kNothing), {}}] = kDeniedNode;
  for (Category i = 0; i < model->category_count(); ++i) {
    PRIVET_ASSIGN_OR_RETURN(const Node node, column->MakeNode({&i, 1}));
    column->nodes_.push_back(node);
  }
  PRIVET_ASSIGN_OR_RETURN(column->public_node_, column->MakeNode({}));
  for (const Node node : column->nodes_) {
    column->leaf_of_.push_back(&column->leaves_.At(node));
  }
  return column;
}

const Var* Column::FindVar(Question question) const {
  const int var = functions_->FindVar(question);
  return var < 0 ? nullptr : &vars()[static_cast<std::size_t>(var)];
}

// Several incomparable forms are a contradiction, which the load refuses, and
// which shows nothing.
std::uint32_t Column::PermitsOf(Forms::Set set) const {
  const std::vector<Form>& members = model_->forms->Members(set);
  return members.size() == 1 ? std::uint32_t{members.front()} + 1 : 0;
}

absl::StatusOr<Ref> Column::FunctionOf(
    absl::Span<const Category> categories) const {
  const std::vector<Category> key(categories.begin(), categories.end());
  const auto known = too_large_.find(key);
  if (known != too_large_.end()) return known->second;
  absl::StatusOr<Ref> function = functions_->Decision(categories);
  if (!function.ok()) too_large_[key] = function.status();
  return function;
}

absl::StatusOr<Node> Column::MakeNode(
    absl::Span<const Category> categories) const {
  PRIVET_ASSIGN_OR_RETURN(const Ref function, FunctionOf(categories));
  // An AUTHORITY's list is looked up for each field.
  std::vector<Category> listed;
  if (!Diagram::IsNumber(function) && FindVar(model_->listed) != nullptr) {
    listed.assign(categories.begin(), categories.end());
  }
  const auto [entry, is_new] =
      by_function_.emplace(std::pair(function, listed), Node{0});
  if (!is_new) return entry->second;
  const auto permits = [this](Forms::Set set) { return PermitsOf(set); };
  std::vector<Leaf> lines;
  if (listed.empty()) {
    lines = FlattenToCubes(functions_->diagram(), vars(), function, permits);
  }
  if (lines.empty()) {
    walks_.push_back(MakeWalk(functions_->diagram(), vars(), function, permits,
                              model_->listed));
    walks_.back()->categories = Bits(model_->category_count());
    for (const Category c : listed) walks_.back()->categories.Set(c);
    Leaf leaf;
    leaf.kind = Leaf::kWalk;
    leaf.walk = walks_.back().get();
    lines.push_back(leaf);
  }
  return entry->second = leaves_.Add(lines);
}

absl::StatusOr<Node> Column::NodeOfSet(
    absl::Span<const Category> categories) const {
  const std::vector<Category> key(categories.begin(), categories.end());
  for (const Category category : key) {
    if (category >= model_->category_count()) return kDeniedNode;
  }
  const base::MutexLock lock(lock_);
  const auto known = by_set_.find(key);
  if (known != by_set_.end()) return known->second;
  PRIVET_ASSIGN_OR_RETURN(const Node node, MakeNode(categories));
  return by_set_[key] = node;
}

}  // namespace privet::policy
