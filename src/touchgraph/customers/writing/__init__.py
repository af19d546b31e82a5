"""What frontends write of customers: `batches` of many, `facts` of one; both read `items` and keep the tallies."""
