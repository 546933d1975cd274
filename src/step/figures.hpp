// The figures that a step adds up on its device, and their fields in a record. No torch.
#pragma once

#include "telemetry/record.hpp"

namespace dcgan {

/// Places of the figures in a Trainer's sums. New ones go to the end: checkpoints hold the sums.
enum StepFigure {
  kLossReal,
  kLossFake,
  kLossG,
  kDReal,
  kDFakeBefore,
  kDFakeAfter,
  kNormD,
  kNormG,
  kPenalty,
  kAccuracyReal,
  kAccuracyFake,
  kStepFigures
};

/// Where a record has a figure, and whether G's steps alone add to it.
struct StepFigureField {
  double Record::*field;
  bool of_g = false;
};

/// In the order of StepFigure.
inline constexpr StepFigureField kStepFigureFields[kStepFigures] = {
    {&Record::loss_d_real},   {&Record::loss_d_fake},        {&Record::loss_g, true}, {&Record::d_real},
    {&Record::d_fake_before}, {&Record::d_fake_after, true}, {&Record::grad_norm_d},  {&Record::grad_norm_g, true},
    {&Record::penalty},       {&Record::d_real_right},       {&Record::d_fake_right}};

}  // namespace dcgan
