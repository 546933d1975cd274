// dataset.json, the labels of the StyleGAN family (dataset_tool.py of NVlabs/stylegan3): {"labels": [["00000/a.png",
// 6], ...]} or null beside folders of pictures, which are then no classes. In a folder or in an archive.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/walk.hpp"

namespace dcgan {

constexpr std::string_view kLabelList = "dataset.json";

struct LabelList {
  bool is_one = false;          // folders beside it are no classes, whatever became of its labels
  std::vector<int32_t> labels;  // one a picture, -1 for none; empty when no labels are used
  std::vector<std::string> classes;
  std::vector<std::string> remarks;  // what of it is not used, and which pictures are not in it
};

/// Labels of the pictures of `listing`, in which the list itself is not. `folder` is where it lies ("" or "photos/").
/// Names may be written from there or from the top, with a folder in front that is not there (the one that was packed),
/// or without any where that is one picture's alone. Damage is a remark: the pictures can be used without labels.
LabelList read_label_list(const std::string& text, const Listing& listing, const std::string& folder);

/// What becomes of one that cannot be read because of `problem`; `way` says what to do.
LabelList unusable_label_list(const std::string& folder, const std::string& problem, const std::string& way = "");

/// How many bytes a list of so many names and labels has at most.
uint64_t most_bytes_of_label_list(const Listing& listing);

}  // namespace dcgan
