// What a first-time visitor sees. It runs as it is: the reform of 2025 made this department.
export const QUESTION = `# Whom does the product department report to
# since the reform of 2025?
# Run: the round button, or Ctrl-Enter.
# Complete: Ctrl-Space.
{
  orgUnit(id: "dept:product-operations") {
    nameZh
    nameEn
    parent {
      nameZh
    }
    reportsTo {
      nameEn
    }
  }
}

# For another day, ask through \`at\`:
# {
#   before: at(asOf: "2025-03-31") {
#     orgUnit(id: "dept:sales") { nameZh }
#   }
# }
`;
