// SPDX-License-Identifier: Apache-2.0

#include "policy/column.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status_macros.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

bool Lists(const Word& word, const Bits& categories) {
  for (const std::uint32_t category : categories.Members()) {
    const std::size_t part = category / 64;
    if (part >= word.listed.size() ||
        ((word.listed[part] >> (category % 64)) & 1) == 0) {
      return false;
    }
  }
  return true;
}

// Collects the disjoint cubes of a function, as long as there are few.
class Flattener {
 public:
  Flattener(const Diagram& diagram, const std::vector<Var>& vars)
      : diagram_(diagram), vars_(vars) {}

  // `permits(number)` is form + 1, or 0. False: it needs more than a leaf has.
  template <typename Permits>
  bool Run(Ref function, const Permits& permits, Leaf* leaf) {
    return Visit(function, {}, permits, leaf);
  }

 private:
  struct Cube {
    int part = -1;  // of the word; -1: none yet
    std::uint64_t mask = 0, value = 0;
  };

  template <typename Permits>
  bool Visit(Ref ref, const Cube& cube, const Permits& permits, Leaf* leaf) {
    if (Diagram::IsNumber(ref)) {
      return Add(cube, permits(Diagram::ValueOf(ref)), leaf);
    }
    const Var& var = vars_[diagram_.VarOf(ref)];
    const auto children = diagram_.ChildrenOf(ref);
    for (std::size_t i = 0; i < children.size(); ++i) {
      const bool is_first = std::find(children.begin(), children.begin() + i,
                                      children[i]) == children.begin() + i;
      if (!is_first) continue;
      if (i == 0) {
        // Answers of class 0 have no bit: none of the others is there.
        if (!VisitWithout(var, children, cube, permits, leaf)) return false;
        continue;
      }
      for (std::size_t k = i; k < children.size(); ++k) {
        if (children[k] != children[i]) continue;
        if (children[k] == Diagram::Number(Forms::kNothing)) continue;
        Cube next = cube;
        if (!Ask(var, k, true, &next) ||
            !Visit(children[k], next, permits, leaf)) {
          return false;
        }
      }
    }
    return true;
  }

  template <typename Permits>
  bool VisitWithout(const Var& var, absl::Span<const Ref> children,
                    const Cube& cube, const Permits& permits, Leaf* leaf) {
    Cube next = cube;
    for (std::size_t k = 1; k < children.size(); ++k) {
      if (children[k] != children[0] && !Ask(var, k, false, &next)) {
        // A denial needs no cube, however it is reached.
        return children[0] == Diagram::Number(Forms::kNothing);
      }
    }
    return Visit(children[0], next, permits, leaf);
  }

  // Adds the bit of a class to a cube; false if it lies in another part.
  static bool Ask(const Var& var, std::size_t some_class, bool set,
                  Cube* cube) {
    const std::uint32_t bit =
        var.offset + static_cast<std::uint32_t>(some_class) - 1;
    const int part = static_cast<int>(bit / 64);
    if (cube->part >= 0 && cube->part != part) return false;
    cube->part = part;
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    cube->mask |= mask;
    if (set) cube->value |= mask;
    return true;
  }

  bool Add(const Cube& cube, std::uint32_t permits, Leaf* leaf) {
    if (permits == 0) return true;
    if (count_ == 3) return false;
    leaf->mask[count_] = cube.mask;
    leaf->value[count_] = cube.value;
    leaf->permits[count_] = static_cast<std::uint16_t>(permits);
    leaf->part[count_] =
        static_cast<std::uint8_t>(cube.part < 0 ? 0 : cube.part);
    ++count_;
    return true;
  }

  const Diagram& diagram_;
  const std::vector<Var>& vars_;
  int count_ = 0;
};

}  // namespace

Leaves::~Leaves() {
  for (const std::atomic<Leaf*>& chunk : chunks_) {
    delete[] chunk.load(std::memory_order_relaxed);
  }
}

Node Leaves::Add(const Leaf& leaf) {
  const Node node = size_++;
  const auto [chunk, index] = PlaceOf(node);
  Leaf* leaves = chunks_[chunk].load(std::memory_order_relaxed);
  if (leaves == nullptr) {
    leaves = new Leaf[std::size_t{kFirst} << chunk];
    chunks_[chunk].store(leaves, std::memory_order_release);
  }
  leaves[index] = leaf;
  return node;
}

absl::StatusOr<std::unique_ptr<Column>> Column::Build(Model* model,
                                                      const Request& request,
                                                      base::Mutex* lock) {
  std::unique_ptr<Column> column(new Column(model, request, lock));
  PRIVET_ASSIGN_OR_RETURN(column->functions_,
                          Functions::Make(model, request, {}));
  column->leaves_.Add(Leaf{});  // kDeniedNode
  column->by_function_[{Diagram::Number(Forms::kNothing), {}}] = kDeniedNode;
  for (Category i = 0; i < model->category_count(); ++i) {
    column->nodes_.push_back(column->MakeNode({&i, 1}));
  }
  column->public_node_ = column->MakeNode({});
  for (const Node node : column->nodes_) {
    column->leaf_of_.push_back(&column->leaves_.At(node));
  }
  if (column->functions_->diagram().overflowed()) {
    return absl::ResourceExhaustedError(
        "the rules for one request depend on each other in too many ways; use "
        "fewer conditions on the same categories and purposes");
  }
  return column;
}

const Var* Column::FindVar(Question question) const {
  const int var = functions_->FindVar(question);
  return var < 0 ? nullptr : &vars()[static_cast<std::size_t>(var)];
}

// Several incomparable forms: of purposes of a STORE, each of which may need
// its own, the whole value; else a contradiction, which the load refuses, and
// which shows nothing.
std::uint32_t Column::PermitsOf(Forms::Set set) const {
  const std::vector<Form>& members = model_->forms->Members(set);
  if (members.empty()) return 0;
  if (members.size() == 1) return std::uint32_t{members.front()} + 1;
  return request_.operation == Operation::kStore ? std::uint32_t{kWhole} + 1
                                                 : 0;
}

Node Column::MakeNode(absl::Span<const Category> categories) const {
  const Ref function = functions_->Decision(categories);
  std::vector<Category> listed;
  if (!Diagram::IsNumber(function) && FindVar(model_->listed) != nullptr) {
    listed.assign(categories.begin(), categories.end());
  }
  const auto [entry, is_new] =
      by_function_.emplace(std::pair(function, std::move(listed)), Node{0});
  if (is_new) entry->second = leaves_.Add(Flatten(function, categories));
  return entry->second;
}

Leaf Column::Flatten(Ref function,
                     absl::Span<const Category> categories) const {
  Leaf leaf;
  const bool asks_list =
      !categories.empty() && FindVar(model_->listed) != nullptr;
  if (!asks_list || Diagram::IsNumber(function)) {
    Flattener flattener(functions_->diagram(), vars());
    const auto permits = [this](Forms::Set set) { return PermitsOf(set); };
    if (flattener.Run(function, permits, &leaf)) return leaf;
  }
  leaf = Leaf{};
  leaf.kind = Leaf::kWalk;
  leaf.walk = MakeWalk(function, categories);
  return leaf;
}

const Walk* Column::MakeWalk(Ref function,
                             absl::Span<const Category> categories) const {
  const Diagram& diagram = functions_->diagram();
  auto walk = std::make_unique<Walk>();
  walk->categories = Bits(model_->category_count());
  for (const Category category : categories) walk->categories.Set(category);
  std::map<Ref, int> step_of = {{function, 0}};
  std::vector<Ref> order = {function};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Var* var = &vars()[diagram.VarOf(order[i])];
    Walk::Step step{var, var->question == model_->listed, {}};
    for (const Ref child : diagram.ChildrenOf(order[i])) {
      if (Diagram::IsNumber(child)) {
        const std::uint32_t permits = PermitsOf(Diagram::ValueOf(child));
        step.target.push_back(-1 - static_cast<int>(permits));
        continue;
      }
      const auto next = static_cast<int>(order.size());
      const auto [entry, is_new] = step_of.emplace(child, next);
      if (is_new) order.push_back(child);
      step.target.push_back(entry->second);
    }
    walk->steps.push_back(std::move(step));
  }
  walks_.push_back(std::move(walk));
  return walks_.back().get();
}

Node Column::NodeOfSet(absl::Span<const Category> categories) const {
  const std::vector<Category> key(categories.begin(), categories.end());
  for (const Category category : key) {
    if (category >= model_->category_count()) return kDeniedNode;
  }
  const base::MutexLock lock(lock_);
  const auto known = by_set_.find(key);
  if (known != by_set_.end()) return known->second;
  const Node node = MakeNode(categories);
  return by_set_[key] = functions_->diagram().overflowed() ? kDeniedNode : node;
}

Verdict EvaluateWalk(const Walk& walk, const Word& word) {
  int at = 0;
  while (at >= 0) {
    const Walk::Step& step = walk.steps[static_cast<std::size_t>(at)];
    const std::uint32_t some_class =
        step.asks_list ? (Lists(word, walk.categories) ? 1 : 0)
                       : step.var->ClassIn(word);
    at = step.target[some_class];
  }
  const auto permits = static_cast<std::uint32_t>(-1 - at);
  return {permits != 0, static_cast<Form>(permits - (permits != 0))};
}

}  // namespace privet::policy
