// SPDX-License-Identifier: Apache-2.0
//
// The decisions of one resolved request on every category: a leaf for each, and
// for each set of categories that somebody asked for.

#ifndef PRIVET_POLICY_COLUMN_H_
#define PRIVET_POLICY_COLUMN_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "policy/decision.h"
#include "policy/flatten.h"
#include "policy/functions.h"
#include "policy/model.h"
#include "policy/request.h"

namespace privet::policy {

// Leaves that never move, read without a lock while more are added.
class Leaves {
 public:
  Leaves() = default;
  ~Leaves();
  Leaves(const Leaves&) = delete;
  Leaves& operator=(const Leaves&) = delete;

  // Adds the lines of one, side by side; calls must not overlap.
  Node Add(const std::vector<Leaf>& lines);
  const Leaf& At(Node node) const {
    const auto [chunk, index] = PlaceOf(node);
    return chunks_[chunk].load(std::memory_order_acquire)[index];
  }

 private:
  // Chunk i holds kFirst << i leaves.
  static constexpr std::uint32_t kFirst = 16;
  static std::pair<std::uint32_t, std::uint32_t> PlaceOf(Node node) {
    const std::uint32_t shifted = node / kFirst + 1;
    std::uint32_t chunk = 0;
    while ((shifted >> (chunk + 1)) != 0) ++chunk;
    return {chunk, node - kFirst * ((std::uint32_t{1} << chunk) - 1)};
  }

  std::array<std::atomic<Leaf*>, 28> chunks_{};
  std::uint32_t size_ = 0;
};

class Column {
 public:
  // Builds the column of a request; one that a gate refuses whatever the word
  // denies everything, but asks the questions of the gates. ResourceExhausted
  // if the rules ask too much at once. `lock` is that of the builders, held
  // by the caller, and taken by NodeOfSet().
  static absl::StatusOr<std::unique_ptr<Column>> Build(Model* model,
                                                       const Request& request,
                                                       base::Mutex* lock);

  const Model& model() const { return *model_; }
  const Request& request() const { return request_; }
  const std::vector<Var>& vars() const { return functions_->vars(); }
  // Returns the variable of a question, or null: nothing here asks it.
  const Var* FindVar(Question question) const;

  Node NodeOf(Category category) const { return nodes_[category]; }
  const Leaf* const* leaves() const { return leaf_of_.data(); }
  const Leaf& LeafAt(Node node) const { return leaves_.At(node); }
  Node public_node() const { return public_node_; }

  // Returns the decision on a sorted set of categories, built at first use.
  // ResourceExhausted, at once from then on, if it is too large.
  absl::StatusOr<Node> NodeOfSet(absl::Span<const Category> categories) const;

  // Returns the function of the same; the caller holds the lock.
  absl::StatusOr<Diagram::Ref> FunctionOf(
      absl::Span<const Category> categories) const;
  Functions& functions() const { return *functions_; }

 private:
  Column(Model* model, const Request& request, base::Mutex* lock)
      : model_(model), request_(request), lock_(lock) {}

  // The next two need the lock.
  absl::StatusOr<Node> MakeNode(absl::Span<const Category> categories) const;
  std::uint32_t PermitsOf(Forms::Set set) const;

  Model* const model_;
  const Request request_;
  base::Mutex* const lock_;
  std::unique_ptr<Functions> functions_;
  std::vector<Node> nodes_;
  std::vector<const Leaf*> leaf_of_;
  Node public_node_ = kDeniedNode;

  mutable Leaves leaves_;
  mutable std::vector<std::unique_ptr<Walk>> walks_;
  // By meaning: the function, and the list that it asks for.
  mutable std::map<std::pair<Diagram::Ref, std::vector<Category>>, Node>
      by_function_;
  mutable std::map<std::vector<Category>, Node> by_set_;
  mutable std::map<std::vector<Category>, absl::Status> too_large_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_COLUMN_H_
