/** Its public methods are callbacks. What they throw, the caller is told. */
export class Calculator {
  add(a: number, b: number): number {
    return a + b
  }

  subtract(a: number, b: number): number {
    return a - b
  }

  multiply(a: number, b: number): number {
    return a * b
  }

  divide(a: number, b: number): number {
    if (b === 0) throw new RangeError(`${a} cannot be divided by zero`)
    return a / b
  }
}
