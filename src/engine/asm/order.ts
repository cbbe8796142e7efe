/** What an order of two values is to the operations that ask for one: of numbers, of texts, and of moments. */
import { OP_EQ_NUMBER, OP_GT_NUMBER, OP_LE_NUMBER, OP_LT_NUMBER } from '../layout';

/** Whether an order below, at or above 0 is what one of OP_EQ_NUMBER, OP_LT_NUMBER to OP_GE_NUMBER asks for. */
export function isInOrder(op: u32, order: i32): bool {
  switch (op) {
    case OP_EQ_NUMBER:
      return order == 0;
    case OP_LT_NUMBER:
      return order < 0;
    case OP_LE_NUMBER:
      return order <= 0;
    case OP_GT_NUMBER:
      return order > 0;
    default:
      return order >= 0;
  }
}
